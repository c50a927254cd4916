"""What convolutions do to lengths, and their arguments."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ArgumentError
from ..backend.settings import normalize_data_format

__all__ = [
    "conv_input_length",
    "conv_output_length",
    "convert_kernel",
    "deconv_length",
    "normalize_data_format",
    "normalize_padding",
    "normalize_tuple",
]


def normalize_tuple(value: Any, n: int, name: str) -> tuple[int, ...]:
    """As many whole numbers as there are axes, of one for all of them or of so many.

    Raises:
        ArgumentError: anything else.
    """
    numbers = (value,) * n if isinstance(value, int) else tuple(value) if isinstance(value, Iterable) else ()
    if len(numbers) != n or not all(isinstance(number, int | np.integer) for number in numbers):
        raise ArgumentError(f"{name}={value!r}; allowed is a whole number, or {n} of them.")
    return tuple(int(number) for number in numbers)


def normalize_padding(value: str) -> str:
    """The name of a padding in lower case.

    Raises:
        ArgumentError: an unknown one.
    """
    padding = str(value).lower()
    if padding not in ("valid", "same", "causal", "full"):
        raise ArgumentError(f"padding={value!r} is unknown; choose 'valid', 'same', 'causal' or 'full'.")
    return padding


def convert_kernel(kernel: ArrayLike) -> NDArray[Any]:
    """A kernel turned by half a turn, as it must be between Theano's convolution and the others'.

    Args:
        kernel: 1 to 3 axes of lengths, then channels in and out.

    Raises:
        ArgumentError: another number of axes.
    """
    given = np.asarray(kernel)
    if not 3 <= given.ndim <= 5:
        raise ArgumentError(f"A kernel has 3 to 5 axes; given was one of shape {given.shape}.")
    return np.flip(given, tuple(range(given.ndim - 2))).copy()


def conv_output_length(
    input_length: int | None, filter_size: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """The length that a convolution makes of another.

    Example:
        >>> conv_output_length(224, 3, "valid", 2)
        111
    """
    if input_length is None:
        return None
    reach = (filter_size - 1) * dilation
    more = {"same": 0, "causal": 0, "valid": -reach, "full": reach}[normalize_padding(padding)]
    return -(-(input_length + more) // stride)


def conv_input_length(output_length: int | None, filter_size: int, padding: str, stride: int) -> int | None:
    """The least length of which a convolution makes this one.

    Example:
        >>> conv_input_length(111, 3, "valid", 2)
        223
    """
    if output_length is None:
        return None
    around = {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}[padding]
    return (output_length - 1) * stride - 2 * around + filter_size


def deconv_length(
    dim_size: int | None,
    stride_size: int,
    kernel_size: int,
    padding: str,
    output_padding: int | None = None,
    dilation: int = 1,
) -> int | None:
    """The length that a transposed convolution makes of another.

    Example:
        >>> deconv_length(7, 2, 3, "same")
        14
    """
    if dim_size is None:
        return None
    reach = (kernel_size - 1) * dilation + 1
    if output_padding is None:
        more = {"valid": max(reach - stride_size, 0), "full": 2 - stride_size - reach, "same": 0}[padding]
        return dim_size * stride_size + more
    around = {"same": reach // 2, "valid": 0, "full": reach - 1}[padding]
    return (dim_size - 1) * stride_size + reach - 2 * around + output_padding
