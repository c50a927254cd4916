"""Parts of a tensor, and tensors that become one."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from ..axes import expanded, gathered, inner_axis, picked, sliced
from ..tensor import Constant, Tensor, apply, cast
from ..unsupported import unsupported
from .operands import numbers_of, shared_type

_ALL = slice(None)


def get_item(operation: Any, x: Tensor, key: Any) -> Tensor:
    """``GetItem``: ``x[key]`` for whole numbers, slices, ``...`` and None."""
    parts = _complete(operation, key, len(x.axes))
    if parts[0] != _ALL:
        raise unsupported(operation, f"its index {key} does not leave the pictures of a batch alone")
    places = [part for part in parts if part is not None]
    x = sliced(x, {axis: part for axis, part in enumerate(places) if isinstance(part, slice) and part != _ALL})
    for axis in reversed(range(len(places))):
        if not isinstance(places[axis], slice):
            x = picked(x, axis, int(places[axis]))
    left = [part for part in parts if part is None or isinstance(part, slice)]
    for axis, part in enumerate(left):
        if part is None:
            x = expanded(x, axis)
    return x


def _complete(operation: Any, key: Any, rank: int) -> list[Any]:
    """One part of an index for each axis, and None for each new one."""
    parts = list(key) if isinstance(key, list | tuple) else [key]
    for part in parts:
        bounds = (part.start, part.stop, part.step) if isinstance(part, slice) else (part,)
        if not all(each is None or each is Ellipsis or isinstance(each, int | np.integer) for each in bounds):
            raise unsupported(operation, f"its index {part!r} is neither a whole number nor a slice of such")
    spread = next((number for number, part in enumerate(parts) if part is Ellipsis), len(parts))
    missing = rank - sum(part is not None and part is not Ellipsis for part in parts)
    return [*parts[:spread], *[_ALL] * missing, *parts[spread + 1 :]]


def split(operation: Any, x: Tensor) -> list[Tensor]:
    """``Split``: into equal parts, or at some places."""
    axis = inner_axis(operation, operation.axis, len(x.axes))
    places = operation.indices_or_sections
    if isinstance(places, int):
        size = x.shape[axis]
        if size is None or size % places:
            raise unsupported(operation, f"it makes {places} equal parts of an axis of size {size}")
        places = range(size // places, size, size // places)
    bounds = [None, *map(int, places), None]
    return [sliced(x, {axis: slice(*pair)}) for pair in pairwise(bounds)]


def unstack(operation: Any, x: Tensor) -> list[Tensor]:
    """``Unstack``."""
    axis = inner_axis(operation, operation.axis, len(x.axes))
    count = operation.num or x.shape[axis]
    if count is None:
        raise unsupported(operation, f"the size of axis {axis} is open")
    return [picked(x, axis, index) for index in range(count)]


def take(operation: Any, x: Any, indices: Any) -> Tensor:
    """``Take``: places along an axis of a tensor; or rows of a table, by a tensor of their numbers."""
    if isinstance(x, Tensor) and not isinstance(indices, Tensor):
        axis, places = inner_axis(operation, operation.axis, len(x.axes)), numbers_of(indices)
        if places.ndim > 1:
            raise unsupported(operation, f"its indices have the shape {places.shape}; a list becomes part of a graph")
        return gathered(x, axis, places) if places.ndim else picked(x, axis, int(places))
    if isinstance(indices, Tensor) and not isinstance(x, Tensor) and operation.axis in (0, None):
        dtype = shared_type(operation, x)
        table = numbers_of(x).astype(dtype)
        table = table if operation.axis == 0 else table.reshape(-1)
        axes = tuple(range(len(indices.axes) + table.ndim - 1))
        rows = apply("Gather", Constant(table), cast(indices, "int64").plain(), axes=axes, axis=0)
        return replace(rows, dtype=dtype)
    raise unsupported(operation, "tensors pick from each other")


def concatenate(operation: Any, xs: Sequence[Any]) -> Tensor:
    """``Concatenate``."""
    return _joined(operation, xs, operation.axis)


def stack(operation: Any, x: Sequence[Any]) -> Tensor:
    """``Stack``."""
    tensors = _alike(operation, x)
    axis = inner_axis(operation, operation.axis, len(tensors[0].axes) + 1)
    first, *others = [expanded(tensor, axis) for tensor in tensors]
    return apply("Concat", first, *others, axis=first.position(axis))


def hstack(operation: Any, xs: Sequence[Any]) -> Tensor:
    """``Hstack``: along the second axis."""
    return _joined(operation, xs, 1)


def _joined(operation: Any, xs: Sequence[Any], axis: Any) -> Tensor:
    first, *others = _alike(operation, xs)
    position = first.position(inner_axis(operation, axis, len(first.axes)))
    return apply("Concat", first, *others, axis=position)


def _alike(operation: Any, xs: Sequence[Any]) -> list[Tensor]:
    """All of them in one type, with their axes in one order."""
    if not all(isinstance(tensor, Tensor) for tensor in xs):
        raise unsupported(operation, "it joins a tensor with numbers, which do not come once for each picture")
    dtype = shared_type(operation, *xs)
    return [cast(tensor, dtype).stored(xs[0].axes) for tensor in xs]
