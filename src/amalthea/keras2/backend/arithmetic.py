"""Calculations with tensors that Keras 3 names or does otherwise; the others are those of ``keras.ops``."""

from string import ascii_lowercase
from typing import Any

import keras
from keras import ops

from ...errors import ArgumentError

__all__ = [
    "argmax",
    "argmin",
    "batch_dot",
    "clip",
    "cumprod",
    "cumsum",
    "dot",
    "gather",
    "l2_normalize",
    "pow",
    "sqrt",
    "transpose",
]


def argmax(x: Any, axis: int = -1) -> Any:
    """Where the greatest number along an axis stands."""
    return ops.argmax(x, axis=axis)


def argmin(x: Any, axis: int = -1) -> Any:
    """Where the least number along an axis stands."""
    return ops.argmin(x, axis=axis)


def cumsum(x: Any, axis: int = 0) -> Any:
    """Sums of all numbers up to each one along an axis."""
    return ops.cumsum(x, axis=axis)


def cumprod(x: Any, axis: int = 0) -> Any:
    """Products of all numbers up to each one along an axis."""
    return ops.cumprod(x, axis=axis)


def clip(x: Any, min_value: Any, max_value: Any) -> Any:
    """Numbers brought between two others, each of which may be None for no end."""
    if min_value is not None:
        x = ops.maximum(x, min_value)
    return x if max_value is None else ops.minimum(x, max_value if min_value is None else _upper(min_value, max_value))


def pow(x: Any, a: float) -> Any:
    """Numbers raised to a power."""
    return ops.power(x, a)


def sqrt(x: Any) -> Any:
    """Square roots; 0 for what is below 0."""
    return ops.sqrt(ops.maximum(x, 0.0))


def l2_normalize(x: Any, axis: int | None = None) -> Any:
    """Numbers divided by the root of the sum of their squares along an axis."""
    squares = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(squares, 1e-12))


def dot(x: Any, y: Any) -> Any:
    """Products over the last axis of one tensor and the last but one of another, whose batches are not matched.

    Example:
        >>> tuple(dot(ops.ones((2, 3)), ops.ones((4, 3, 5))).shape)
        (2, 4, 5)
    """
    return ops.tensordot(x, y, axes=[[len(x.shape) - 1], [max(len(y.shape) - 2, 0)]])


def batch_dot(x: Any, y: Any, axes: int | tuple[int, int] | None = None) -> Any:
    """Products of two batches, row by row, over one axis of each.

    Args:
        x: shape (batch, …).
        y: shape (batch, …).
        axes: the axis of each, or one for both; None means the last of ``x``, and the last but one of ``y`` or, if
            it has only two, its last.

    Returns:
        Shape (batch, the other axes of ``x``, the other axes of ``y``); (batch, 1) if there are none.

    Raises:
        ArgumentError: the batch as an axis.

    Example:
        >>> tuple(batch_dot(ops.ones((32, 1, 20)), ops.ones((32, 30, 20)), axes=(2, 2)).shape)
        (32, 1, 30)
    """
    left, right = len(x.shape), len(y.shape)
    if axes is None:
        axes = left - 1, max(right - 2, 1)
    first, second = (axes, axes) if isinstance(axes, int) else tuple(axes)
    first, second = first % left, second % right
    if 0 in (first, second):
        raise ArgumentError(f"batch_dot(axes={axes!r}): axis 0 is the batch; choose another one of each tensor.")
    of_x = list(ascii_lowercase[:left])
    of_y = ["a", *ascii_lowercase[left : left + right - 1]]
    of_y[second] = of_x[first]
    rest = [letter for letter in of_x + of_y[1:] if letter != of_x[first]]
    product = ops.einsum(f"{''.join(of_x)},{''.join(of_y)}->{''.join(rest)}", x, y)
    return ops.expand_dims(product, -1) if len(rest) == 1 else product


def transpose(x: Any) -> Any:
    """A tensor with its axes in the opposite order."""
    return ops.transpose(x, tuple(range(len(x.shape)))[::-1])


def gather(reference: Any, indices: Any) -> Any:
    """The rows with these numbers."""
    return ops.take(reference, indices, axis=0)


def _upper(least: Any, greatest: Any) -> Any:
    """Keras 2 let the least number win where the two were exchanged."""
    if isinstance(least, int | float) and isinstance(greatest, int | float):
        return greatest if greatest > least else least
    return ops.maximum(least, greatest) if keras.ops.is_tensor(greatest) else greatest
