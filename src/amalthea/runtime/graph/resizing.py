"""Layers that change the height and width of pictures."""

from typing import Any

import keras
import numpy as np

from .activations import clipped
from .reshaping import between
from .tensor import Constant, Tensor, apply, cast, channels_second, spatial_axes
from .unsupported import unsupported

Sides = tuple[int, int]


def up_sampling(layer: Any, x: Tensor) -> Tensor:
    """``UpSampling1D``, ``UpSampling2D``, ``UpSampling3D``."""
    data_format = getattr(layer, "data_format", "channels_last")  # UpSampling1D has no other
    interpolation = getattr(layer, "interpolation", "nearest")  # and only that of two dimensions has another
    times = layer.size if isinstance(layer.size, tuple | list) else (layer.size,)
    if interpolation not in ("nearest", "bilinear"):
        sides = _known_sides(layer, x, data_format, interpolation)
        target = sides[0] * times[0], sides[1] * times[1]
        return _multiplied(x, data_format, sides, target, interpolation, antialias=False)
    x = x.stored(channels_second(data_format, len(x.axes)))
    scales = Constant(np.array((1, 1, *times), np.float32))
    if interpolation == "bilinear":
        return apply("Resize", x, None, scales, mode="linear", coordinate_transformation_mode="half_pixel")
    first_of_each = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return apply("Resize", x, None, scales, axes=x.axes, **first_of_each)


def resizing(layer: Any, x: Tensor) -> Tensor:
    """``Resizing``: bilinear from any size, otherwise from a known one. Whole numbers that it is given stay whole."""
    if x.dtype == "float32":
        return _fitted(layer, x)
    y = apply("Round", _fitted(layer, cast(x, "float32")))
    return cast(clipped(y, 0, 255) if x.dtype == "uint8" else y, x.dtype)


def center_crop(layer: Any, x: Tensor) -> Tensor:
    """``CenterCrop``; like Keras, it enlarges what is smaller, after cropping that to the same aspect ratio."""
    target = layer.height, layer.width
    if len(x.axes) != 4:
        raise unsupported(layer, f"its input has the shape {x.shape}; four axes are known")
    sides = _known_sides(layer, x, layer.data_format, "its middle")
    if sides[0] >= target[0] and sides[1] >= target[1]:
        return _middle(x, layer.data_format, sides, target)
    x, sides = _cropped(x, layer.data_format, sides, target)
    return _resized(layer, x, sides, target, "bilinear", antialias=False)


def random_crop(layer: Any, x: Tensor) -> Tensor:
    """``RandomCrop``, which leaves pictures as they are but in training, though it says otherwise (Keras 3.15.1)."""
    target = layer.height, layer.width
    sides = tuple(x.shape[axis] for axis in spatial_axes(layer.data_format, len(x.axes)))
    if sides != target:
        raise unsupported(
            layer,
            f"Keras crops in training alone, and lets pictures of {sides} pixels pass as they are, though it says that "
            f"they become {target}. Put keras.layers.CenterCrop{target} or Resizing before it",
        )
    return x


def _fitted(layer: Any, x: Tensor) -> Tensor:
    """The work of ``Resizing`` on numbers of one type."""
    target = layer.height, layer.width
    if len(x.axes) != 4:
        raise unsupported(layer, f"its input has the shape {x.shape}; four axes are known")
    if not (layer.crop_to_aspect_ratio or layer.pad_to_aspect_ratio):
        return _resized(layer, x, None, target, layer.interpolation, layer.antialias)
    sides = _known_sides(layer, x, layer.data_format, "an aspect ratio")
    if layer.crop_to_aspect_ratio:
        x, sides = _cropped(x, layer.data_format, sides, target)
    else:
        x, sides = _padded(x, layer.data_format, sides, target, layer.fill_value)
    return _resized(layer, x, sides, target, layer.interpolation, layer.antialias)


def _resized(layer: Any, x: Tensor, sides: Sides | None, target: Sides, interpolation: str, antialias: bool) -> Tensor:
    """Height and width from ``sides``, None for those that Keras knows, to ``target``."""
    if interpolation == "bilinear" and not antialias:
        x = x.stored(channels_second(layer.data_format, 4))
        sizes = apply("Concat", apply("Shape", x, end=2, axes=(0,)), Constant.integers(*target), axis=0)
        return apply("Resize", x, None, None, sizes, mode="linear", coordinate_transformation_mode="half_pixel")
    sides = sides or _known_sides(layer, x, layer.data_format, f"interpolation={interpolation!r}")
    if interpolation == "nearest":
        for axis, side, wanted in zip(spatial_axes(layer.data_format, 4), sides, target, strict=True):
            x = apply("Gather", x, Constant(_nearest(side, wanted)), axis=x.position(axis))
        return x
    return _multiplied(x, layer.data_format, sides, target, interpolation, antialias)


def _multiplied(
    x: Tensor, data_format: str, sides: Sides, target: Sides, interpolation: str, antialias: bool
) -> Tensor:
    """Every line of pixels times a matrix, along one axis, then along the other."""
    rows, columns = spatial_axes(data_format, 4)
    others = tuple(axis for axis in range(4) if axis not in (rows, columns))
    for along, across, side, wanted in zip((rows, columns), (columns, rows), sides, target, strict=True):
        x = x.stored((*others, across, along))
        x = apply("MatMul", x, Constant(_weights(side, wanted, interpolation, antialias)))
    return x


def _weights(side: int, target: int, interpolation: str, antialias: bool) -> np.ndarray[Any, Any]:
    """How much of each pixel of a line every pixel of the resized line gets, shape (side, target).

    Backends differ in bicubic and antialiased interpolation; all of them are linear. So the running one is asked, with
    a picture whose columns hold one bright pixel each.
    """
    bright = np.eye(side, dtype=np.float32)[np.newaxis, ..., np.newaxis]
    return _resized_by_keras(bright, (target, side), interpolation, antialias).T


def _nearest(side: int, target: int) -> np.ndarray[Any, Any]:
    """Which pixel of a line becomes which of the resized line."""
    numbers = np.arange(side, dtype=np.float32).reshape(1, side, 1, 1)
    return _resized_by_keras(numbers, (target, 1), "nearest", False)[:, 0].astype(np.int64)


def _resized_by_keras(
    pictures: np.ndarray[Any, Any], target: Sides, interpolation: str, antialias: bool
) -> np.ndarray[Any, Any]:
    resized = keras.ops.image.resize(pictures, target, interpolation, antialias, data_format="channels_last")
    return np.ascontiguousarray(keras.ops.convert_to_numpy(resized)[0, :, :, 0], dtype=np.float32)


def _cropped(x: Tensor, data_format: str, sides: Sides, target: Sides) -> tuple[Tensor, Sides]:
    """The largest part in the middle that has the aspect ratio of the target."""
    part = tuple(max(min(side, like), 1) for side, like in zip(sides, _in_ratio(sides, target), strict=True))
    return _middle(x, data_format, sides, (part[0], part[1])), (part[0], part[1])


def _padded(x: Tensor, data_format: str, sides: Sides, target: Sides, value: float) -> tuple[Tensor, Sides]:
    """With a border that gives it the aspect ratio of the target, but for an odd pixel, which Keras leaves out."""
    borders = [max(like - side, 0) // 2 for side, like in zip(sides, _in_ratio(sides, target), strict=True)]
    x = x.stored(channels_second(data_format, 4))
    x = apply("Pad", x, Constant.integers(0, 0, *borders, 0, 0, *borders), Constant.number(value))
    return x, (sides[0] + 2 * borders[0], sides[1] + 2 * borders[1])


def _in_ratio(sides: Sides, target: Sides) -> Sides:
    """The height that goes with the width and the width that goes with the height, in the target's aspect ratio."""
    return int(sides[1] * target[0] / target[1]), int(sides[0] * target[1] / target[0])


def _middle(x: Tensor, data_format: str, sides: Sides, part: Sides) -> Tensor:
    starts = [(side - wanted) // 2 for side, wanted in zip(sides, part, strict=True)]
    ends = [start + wanted for start, wanted in zip(starts, part, strict=True)]
    return between(x, spatial_axes(data_format, 4), starts, ends)


def _known_sides(layer: Any, x: Tensor, data_format: str, purpose: str) -> Sides:
    rows, columns = (x.shape[axis] for axis in spatial_axes(data_format, 4))
    if rows is None or columns is None:
        raise unsupported(layer, f"height and width of its input must be known for {purpose}; its shape is {x.shape}")
    return rows, columns
