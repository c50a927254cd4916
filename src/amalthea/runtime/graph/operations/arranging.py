"""Numbers that move, and stay what they are."""

import math
from typing import Any

import numpy as np

from ..axes import expanded, gathered, inner_axes, inner_axis, reordered, sliced, squeezed
from ..tensor import Axes, Constant, Tensor, apply, cast
from ..unsupported import unsupported
from .operands import numbers_of, type_in_graph

_REVERSED = slice(None, None, -1)


def cast_(operation: Any, x: Tensor) -> Tensor:
    """``Cast``, and ``ConvertToTensor``, where the type may be left open."""
    return x if operation.dtype is None else cast(x, type_in_graph(operation, operation.dtype))


def saturate_cast(operation: Any, x: Tensor) -> Tensor:
    """``SaturateCast``: what does not fit becomes the largest or smallest number that does."""
    wanted = type_in_graph(operation, operation.dtype)
    if wanted == "uint8" and x.dtype != "uint8":
        kind = np.float32 if x.dtype == "float32" else np.int32
        bounds = (Constant(np.array(bound, kind)) for bound in (0, 255))
        return cast(apply("Clip", cast(x, np.dtype(kind).name), *bounds), "uint8")
    if wanted == x.dtype or wanted == "float32":
        return cast(x, wanted)
    raise unsupported(operation, f"it casts {x.dtype} to {wanted}; pictures become uint8")


def transpose(operation: Any, x: Tensor) -> Tensor:
    """``Transpose``."""
    rank = len(x.axes)
    order = range(rank)[::-1] if operation.axes is None else [axis % rank for axis in operation.axes]
    return reordered(operation, x, tuple(order))


def swapaxes(operation: Any, x: Tensor) -> Tensor:
    """``Swapaxes``."""
    order = list(range(len(x.axes)))
    one, other = operation.axis1, operation.axis2
    order[one], order[other] = order[other], order[one]
    return reordered(operation, x, tuple(order))


def moveaxis(operation: Any, x: Tensor) -> Tensor:
    """``Moveaxis``."""
    rank = len(x.axes)
    sources, targets = _several(operation.source, rank), _several(operation.destination, rank)
    order = [axis for axis in range(rank) if axis not in sources]
    for target, source in sorted(zip(targets, sources, strict=True)):
        order.insert(target, source)
    return reordered(operation, x, tuple(order))


def expand_dims(operation: Any, x: Tensor) -> Tensor:
    """``ExpandDims``."""
    axes = operation.axis if isinstance(operation.axis, list | tuple) else [operation.axis]
    for axis in inner_axes(operation, axes, len(x.axes) + len(axes)):
        x = expanded(x, axis)
    return x


def squeeze(operation: Any, x: Tensor) -> Tensor:
    """``Squeeze``."""
    axes = [axis for axis, size in enumerate(x.shape) if size == 1] if operation.axis is None else operation.axis
    return squeezed(x, *inner_axes(operation, axes, len(x.axes)))


def reshape(operation: Any, x: Tensor) -> Tensor:
    """``Reshape``: each picture by itself."""
    first, *rest = (-1 if size is None else int(size) for size in operation.newshape)
    batch = -1 if x.shape[0] is None else x.shape[0]
    by_itself = first == batch and rest.count(-1) == 1
    if not by_itself and (-1 in rest or _numbers_of_each(x) != math.prod(rest)):
        raise unsupported(
            operation, f"it makes {tuple(operation.newshape)} of {x.shape}, which may mix the pictures of a batch"
        )
    as_it_comes = 0
    return apply("Reshape", x.plain(), Constant.integers(as_it_comes, *rest), axes=tuple(range(len(rest) + 1)))


def flip(operation: Any, x: Tensor) -> Tensor:
    """``Flip``."""
    return sliced(x, dict.fromkeys(inner_axes(operation, operation.axis, len(x.axes)), _REVERSED))


def zeros_like(operation: Any, x: Tensor) -> Tensor:
    """``ZerosLike``."""
    return full_like(operation, x, 0)


def ones_like(operation: Any, x: Tensor) -> Tensor:
    """``OnesLike``."""
    return full_like(operation, x, 1)


def fliplr(operation: Any, x: Tensor) -> Tensor:
    """``Fliplr``: the second axis, backwards."""
    return sliced(x, {1: _REVERSED})


def roll(operation: Any, x: Tensor) -> Tensor:
    """``Roll``."""
    axes = _several(operation.axis, len(x.axes)) if operation.axis is not None else [None]
    shifts = operation.shift if isinstance(operation.shift, list | tuple) else [operation.shift] * len(axes)
    rolled = x
    for axis, shift in zip(axes, shifts, strict=True):
        axis = inner_axis(operation, axis, len(x.axes))
        rolled = gathered(rolled, axis, np.roll(range(_known(operation, x, axis)), shift))
    return rolled


def repeat(operation: Any, x: Tensor) -> Tensor:
    """``Repeat``."""
    axis = inner_axis(operation, operation.axis, len(x.axes))
    return gathered(x, axis, np.repeat(range(_known(operation, x, axis)), numbers_of(operation.repeats)))


def tile(operation: Any, x: Tensor) -> Tensor:
    """``Tile``."""
    repeats = [int(number) for number in np.atleast_1d(numbers_of(operation.repeats))]
    repeats = [1] * (len(x.axes) - len(repeats)) + repeats
    if len(repeats) != len(x.axes) or repeats[0] != 1:
        raise unsupported(operation, f"it repeats {tuple(repeats)} times, and with that the pictures of a batch")
    return apply("Tile", x, Constant.integers(*(repeats[axis] for axis in x.axes)))


def broadcast_to(operation: Any, x: Tensor) -> Tensor:
    """``BroadcastTo``."""
    shape = tuple(operation.shape)
    if len(shape) != len(x.axes) or shape[0] != x.shape[0]:
        raise unsupported(operation, f"it makes {shape} of {x.shape}, which mixes the pictures of a batch")
    # A size of 1 leaves what is there, so the number of pictures too.
    return apply("Expand", x, Constant.integers(*((shape[axis] or 1) if axis else 1 for axis in x.axes)))


def full_like(operation: Any, x: Tensor, fill_value: Any) -> Tensor:
    """``FullLike``."""
    dtype = type_in_graph(operation, operation.dtype or x.dtype)
    value = numbers_of(fill_value).astype(dtype)
    if value.size != 1:
        raise unsupported(operation, f"it fills with numbers of shape {value.shape}, not with one")
    return apply("Expand", Constant(value.reshape(())), apply("Shape", x), axes=x.axes)


def pad(operation: Any, x: Tensor, constant_values: Any = None) -> Tensor:
    """``Pad``."""
    widths = [tuple(map(int, pair)) for pair in operation.pad_width]
    widths = widths * len(x.axes) if len(widths) == 1 else widths
    if any(widths[0]):
        raise unsupported(operation, "it adds pictures to a batch")
    if operation.mode not in ("constant", "reflect"):
        raise unsupported(operation, f"its mode is {operation.mode!r}, neither 'constant' nor 'reflect'")
    befores, afters = zip(*(widths[axis] for axis in x.axes), strict=True)
    fill = -0.0 if constant_values is None else numbers_of(constant_values).item()  # see reshaping.zero_padding
    dtype = "int32" if x.dtype in ("bool", "uint8") else x.dtype
    value = Constant(np.array(fill, dtype)) if operation.mode == "constant" else None
    padded = apply("Pad", cast(x, dtype), Constant.integers(*befores, *afters), value, mode=operation.mode)
    return padded if dtype == x.dtype else cast(padded, x.dtype)


def _numbers_of_each(x: Tensor) -> int | None:
    """How many a picture has, if that is known."""
    sizes = [size for size in x.shape[1:] if size is not None]
    return math.prod(sizes) if len(sizes) == len(x.shape) - 1 else None


def _known(operation: Any, x: Tensor, axis: int) -> int:
    size = x.shape[axis]
    if size is None:
        raise unsupported(operation, f"the size of axis {axis} is open")
    return size


def _several(axes: Any, rank: int) -> Axes:
    return tuple(axis % rank for axis in ([axes] if isinstance(axes, int) else axes))
