"""Axes of Keras in the graph.

The first one counts the pictures of a batch. Nothing may mix these, because runners compute them in groups of any
size.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from .tensor import Axes, Constant, Tensor, apply
from .unsupported import unsupported


def inner_axis(operation: Any, axis: Any, rank: int) -> int:
    """An axis of pictures, counted from the front.

    Args:
        operation: or layer, for the message.
        axis: as in Keras; negative ones count from the end, None means all.
        rank: how many there are.

    Raises:
        UnsupportedLayerError: it is the axis that counts the pictures, or all of them.
    """
    if not isinstance(axis, int):
        raise unsupported(operation, f"its axis is {axis}, which mixes the pictures of a batch")
    if axis % rank == 0:
        raise unsupported(operation, f"its axis {axis} mixes the pictures of a batch")
    return axis % rank


def inner_axes(operation: Any, axes: int | Iterable[int] | None, rank: int) -> list[int]:
    """The same for one axis or several."""
    given = [axes] if isinstance(axes, int) or axes is None else axes
    return sorted(inner_axis(operation, axis, rank) for axis in given)


def reordered(operation: Any, x: Tensor, order: Axes) -> Tensor:
    """Keras' axes in another order. Nothing is moved: they get other numbers."""
    if order[0] != 0:
        raise unsupported(operation, f"it puts the axes in the order {order}, which mixes the pictures of a batch")
    return replace(x, axes=tuple(order.index(axis) for axis in x.axes), shape=())


def without(x: Tensor, *removed: int) -> Axes:
    """The axes of a tensor as they are called once some of them are gone."""
    kept = [axis for axis in x.axes if axis not in removed]
    return tuple(axis - sum(gone < axis for gone in removed) for axis in kept)


def picked(x: Tensor, axis: int, index: int) -> Tensor:
    """One place along an axis, which is gone after that."""
    return apply("Gather", x, Constant(np.array(index, np.int64)), axes=without(x, axis), axis=x.position(axis))


def expanded(x: Tensor, axis: int) -> Tensor:
    """A new axis of size 1 before another one, or behind the last."""
    position = len(x.axes) if axis == len(x.axes) else x.position(axis)
    axes = [other + (other >= axis) for other in x.axes]
    axes.insert(position, axis)
    return apply("Unsqueeze", x, Constant.integers(position), axes=tuple(axes))


def squeezed(x: Tensor, *axes: int) -> Tensor:
    """Axes of size 1, taken out."""
    positions = sorted(x.position(axis) for axis in axes)
    return apply("Squeeze", x, Constant.integers(*positions), axes=without(x, *axes)) if axes else x


def sliced(x: Tensor, slices: dict[int, slice]) -> Tensor:
    """A part of some axes, as Python's slices say."""
    if not slices:
        return x
    steps = [1 if each.step is None else each.step for each in slices.values()]
    starts, ends = zip(*map(_bounds, slices.values(), steps), strict=True)
    positions = [x.position(axis) for axis in slices]
    return apply("Slice", x, *(Constant.integers(*numbers) for numbers in (starts, ends, positions, steps)))


def gathered(x: Tensor, axis: int, indices: Iterable[int]) -> Tensor:
    """Some places along an axis, one after the other."""
    return apply("Gather", x, Constant.integers(*indices), axis=x.position(axis))


_END = 2**31 - 1  # beyond every size, and small enough for runtimes that count in 32 bits


def _bounds(part: slice, step: int) -> tuple[int, int]:
    """Where a slice starts and ends; ONNX cuts off what lies outside, as Python does."""
    first, last = (0, _END) if step > 0 else (_END, -_END)
    return first if part.start is None else part.start, last if part.stop is None else part.stop
