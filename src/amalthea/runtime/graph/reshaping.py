"""Layers that move numbers without changing them."""

from typing import Any

from .tensor import Constant, Tensor, apply, channels_second, spatial_axes
from .unsupported import unsupported

_END = 2**63 - 1  # beyond every size


def flatten(layer: Any, x: Tensor) -> Tensor:
    """``Flatten``: in the order of channels_last, whatever the data format."""
    rank = len(x.axes)
    channels_first = layer.data_format == "channels_first" and rank > 1
    order = (0, *range(2, rank), 1) if channels_first else tuple(range(rank))
    return apply("Flatten", x.stored(order), axes=(0, 1), axis=1)


def reshape(layer: Any, x: Tensor) -> Tensor:
    """``Reshape``."""
    sizes = [-1 if size is None else size for size in layer.target_shape]
    if sizes.count(-1) > 1:
        raise unsupported(layer, f"its target shape {layer.target_shape} leaves more than one size open")
    batch = 0  # as it comes
    return apply("Reshape", x.plain(), Constant.integers(batch, *sizes), axes=tuple(range(len(sizes) + 1)))


def zero_padding(layer: Any, x: Tensor) -> Tensor:
    """``ZeroPadding2D``."""
    # Stored as a convolution wants it, so that OpenVINO can merge the two.
    x = x.stored(channels_second(layer.data_format, len(x.axes)))
    before, after = zip(*layer.padding, strict=True)
    # Minus zero is zero everywhere, but ONNX Runtime (up to 1.31) merges plain zeros into a MaxPool that follows, where
    # added pixels count as minus infinity.
    return apply("Pad", x, Constant.integers(0, 0, *before, 0, 0, *after), Constant.number(-0.0))


def cropping(layer: Any, x: Tensor) -> Tensor:
    """``Cropping2D``."""
    over = [x.position(axis) for axis in spatial_axes(layer.data_format, len(x.axes))]
    before, after = zip(*layer.cropping, strict=True)
    ends = [-number or _END for number in after]  # counted from the end
    return apply("Slice", x, Constant.integers(*before), Constant.integers(*ends), Constant.integers(*over))


def unchanged(layer: Any, x: Tensor) -> Tensor:
    """Layers that do nothing outside training."""
    return x
