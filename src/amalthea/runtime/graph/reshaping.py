"""Layers that move numbers without changing them."""

from typing import Any

from .tensor import Constant, Tensor, apply, spatial_axes
from .unsupported import unsupported


def flatten(layer: Any, x: Tensor) -> Tensor:
    """``Flatten``: in the order of channels_last, whatever the data format."""
    rank = len(x.axes)
    if layer.data_format == "channels_first" and rank > 1:
        x = x.stored((0, *range(2, rank), 1))
    return apply("Flatten", x if layer.data_format == "channels_first" else x.plain(), axes=(0, 1), axis=1)


def reshape(layer: Any, x: Tensor) -> Tensor:
    """``Reshape``."""
    sizes = [-1 if size is None else size for size in layer.target_shape]
    if sizes.count(-1) > 1:
        raise unsupported(layer, f"its target shape {layer.target_shape} leaves more than one size open")
    batch = 0  # as it comes
    return apply("Reshape", x.plain(), Constant.integers(batch, *sizes), axes=tuple(range(len(sizes) + 1)))


def zero_padding(layer: Any, x: Tensor) -> Tensor:
    """``ZeroPadding2D``."""
    rank = len(x.axes)
    pads = [0] * (2 * rank)
    for axis, (before, after) in zip(spatial_axes(layer.data_format, rank), layer.padding, strict=True):
        pads[x.position(axis)], pads[x.position(axis) + rank] = before, after
    return apply("Pad", x, Constant.integers(*pads))


def unchanged(layer: Any, x: Tensor) -> Tensor:
    """Layers that do nothing outside training."""
    return x
