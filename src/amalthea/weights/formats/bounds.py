"""What a weight file may claim, so that a damaged or hostile one takes neither memory nor time."""

# Axes of an array: what HDF5 and every version of NumPy can hold.
MAX_RANK = 32
# Bytes that take little memory are always allowed. No weights shrink to a hundredth; zeros do, to a thousandth.
_ALWAYS_ALLOWED, _MAX_EXPANSION = 2**26, 100


def is_excessive(claimed: int, stored: int) -> bool:
    """Whether so many stored bytes cannot be so many bytes of weights."""
    return claimed > max(_ALWAYS_ALLOWED, _MAX_EXPANSION * stored)
