"""Tensors cut, joined, padded, repeated and put into other shapes."""

from collections.abc import Sequence
from typing import Any

from keras import ops

from .._spelling import Spelling
from .._spelling.functions import spelt
from .settings import normalize_data_format

__all__ = [
    "arange",
    "asymmetric_spatial_2d_padding",
    "asymmetric_temporal_padding",
    "batch_flatten",
    "concatenate",
    "expand_dims",
    "flatten",
    "one_hot",
    "pack",
    "permute_dimensions",
    "repeat",
    "repeat_elements",
    "resize_images",
    "resize_volumes",
    "reverse",
    "slice",
    "spatial_2d_padding",
    "spatial_3d_padding",
    "squeeze",
    "temporal_padding",
]

_ORDER_OF_AXES = Spelling(renamed={"dim_ordering": "data_format"})


def concatenate(tensors: Sequence[Any], axis: int = -1) -> Any:
    """Tensors joined along an axis."""
    return ops.concatenate(list(tensors), axis=axis)


def pack(x: Sequence[Any]) -> Any:
    """Tensors of one shape along a new first axis."""
    return ops.stack(list(x))


def permute_dimensions(x: Any, pattern: Sequence[int]) -> Any:
    """A tensor with its axes in another order."""
    return ops.transpose(x, tuple(pattern))


def flatten(x: Any) -> Any:
    """All numbers along one axis."""
    return ops.reshape(x, (-1,))


def batch_flatten(x: Any) -> Any:
    """All numbers of each row of a batch along one axis."""
    lengths = tuple(x.shape)[1:]
    if None in lengths:
        return ops.reshape(x, (ops.shape(x)[0], -1))
    size = 1
    for length in lengths:
        size *= length
    return ops.reshape(x, (-1, size))


@spelt(Spelling(renamed={"dim": "axis"}))
def expand_dims(x: Any, axis: int = -1) -> Any:
    """A tensor with one more axis, of length 1."""
    return ops.expand_dims(x, axis)


def squeeze(x: Any, axis: int) -> Any:
    """A tensor without one of its axes, of length 1."""
    return ops.squeeze(x, axis)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Each part along an axis several times, one after the other."""
    return ops.repeat(x, rep, axis=axis)


def repeat(x: Any, n: int) -> Any:
    """Each row several times along a new axis: (samples, width) becomes (samples, n, width)."""
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


def arange(start: int, stop: int | None = None, step: int = 1, dtype: str = "int32") -> Any:
    """Numbers at equal steps; of one number alone, those from 0 up to it."""
    first, end = (0, start) if stop is None else (start, stop)
    return ops.arange(first, max(first, end) if step > 0 else end, step, dtype=dtype)


@spelt(Spelling(renamed={"nb_classes": "num_classes"}))
def one_hot(indices: Any, num_classes: int) -> Any:
    """A row of 0 and a single 1 for each number."""
    return ops.one_hot(ops.cast(indices, "int32"), num_classes)


def reverse(x: Any, axes: int | Sequence[int]) -> Any:
    """A tensor whose order along some axes is reversed."""
    return ops.flip(x, axis=axes if isinstance(axes, int) else tuple(axes))


def slice(x: Any, start: Sequence[int], size: Sequence[int]) -> Any:
    """A part of a tensor, from a place on and of a size, where -1 means all that is left."""
    lengths = [x.shape[axis] - start[axis] if length == -1 else length for axis, length in enumerate(size)]
    return ops.slice(x, tuple(start), tuple(lengths))


@spelt(_ORDER_OF_AXES)
def resize_images(
    x: Any, height_factor: int, width_factor: int, data_format: str | None = None, interpolation: str = "nearest"
) -> Any:
    """Pictures made larger by whole factors, interpolated by "nearest" or "bilinear"."""
    data_format = normalize_data_format(data_format)
    rows, columns = (2, 3) if data_format == "channels_first" else (1, 2)
    if interpolation == "nearest":
        return ops.repeat(ops.repeat(x, height_factor, axis=rows), width_factor, axis=columns)
    size = x.shape[rows] * height_factor, x.shape[columns] * width_factor
    return ops.image.resize(x, size, interpolation=interpolation, data_format=data_format)


@spelt(_ORDER_OF_AXES)
def resize_volumes(
    x: Any, depth_factor: int, height_factor: int, width_factor: int, data_format: str | None = None
) -> Any:
    """Volumes made larger by whole factors."""
    first = 2 if normalize_data_format(data_format) == "channels_first" else 1
    for axis, factor in enumerate((depth_factor, height_factor, width_factor), first):
        x = ops.repeat(x, factor, axis=axis)
    return x


def temporal_padding(x: Any, padding: int | Sequence[int] = (1, 1)) -> Any:
    """0 before and after the middle one of three axes."""
    return ops.pad(x, [[0, 0], _both_sides(padding), [0, 0]])


def asymmetric_temporal_padding(x: Any, left_pad: int = 1, right_pad: int = 1) -> Any:
    """0 before and after the middle one of three axes, as many of each as are given."""
    return temporal_padding(x, (left_pad, right_pad))


@spelt(_ORDER_OF_AXES)
def spatial_2d_padding(x: Any, padding: Sequence[Any] = ((1, 1), (1, 1)), data_format: str | None = None) -> Any:
    """0 around pictures: (top, bottom), (left, right), or one number for both sides of an axis."""
    return _padded(x, padding, data_format)


@spelt(_ORDER_OF_AXES)
def asymmetric_spatial_2d_padding(
    x: Any,
    top_pad: int = 1,
    bottom_pad: int = 1,
    left_pad: int = 1,
    right_pad: int = 1,
    data_format: str | None = None,
) -> Any:
    """0 around pictures, as many at each side as are given."""
    return _padded(x, ((top_pad, bottom_pad), (left_pad, right_pad)), data_format)


@spelt(_ORDER_OF_AXES)
def spatial_3d_padding(
    x: Any, padding: Sequence[Any] = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None
) -> Any:
    """0 around volumes, two numbers or one for each of three axes."""
    return _padded(x, padding, data_format)


def _padded(x: Any, padding: Sequence[Any], data_format: str | None) -> Any:
    around = [_both_sides(one) for one in padding]
    none = [0, 0]
    first = normalize_data_format(data_format) == "channels_first"
    return ops.pad(x, [none, none, *around] if first else [none, *around, none])


def _both_sides(padding: int | Sequence[int]) -> list[int]:
    return [padding, padding] if isinstance(padding, int) else list(padding)
