"""How much room may be taken."""

import math

from ..errors import ArgumentError

_GIBIBYTE = 2**30


def bytes_allowed(gibibytes: object, name: str) -> float:
    """A limit that a user gave, in bytes.

    Args:
        gibibytes: a number of GiB (2**30 bytes) of at least 0, also infinite, also as text.
        name: of the argument or environment variable that it was given by, for the message.

    Raises:
        ArgumentError: anything else.

    Example:
        >>> bytes_allowed("0.5", "AMALTHEA_CACHE_SIZE")
        536870912.0
    """
    try:
        number = float(gibibytes)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not number >= 0:
        raise ArgumentError(f"{name}={gibibytes!r}; allowed is a number of GiB (2**30 bytes), such as 20 or 0.5.")
    return number * _GIBIBYTE
