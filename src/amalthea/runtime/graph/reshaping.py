"""Layers that move numbers without changing them."""

from dataclasses import replace
from typing import Any

from .tensor import Constant, Tensor, apply, channels_second, spatial_axes
from .unsupported import unsupported

END = 2**63 - 1  # beyond every size


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


def permute(layer: Any, x: Tensor) -> Tensor:
    """``Permute``: the axes get other names, and what is stored stays where it is."""
    order = (0, *layer.dims)
    return replace(x, axes=tuple(order.index(axis) for axis in x.axes), shape=())


def repeat_vector(layer: Any, x: Tensor) -> Tensor:
    """``RepeatVector``."""
    return apply("Tile", with_axes(x, 3), Constant.integers(1, layer.n, 1))


def zero_padding(layer: Any, x: Tensor) -> Tensor:
    """``ZeroPadding1D``, ``ZeroPadding2D``, ``ZeroPadding3D``."""
    # Stored as a convolution wants it, so that OpenVINO can merge the two.
    x = x.stored(channels_second(layer.data_format, len(x.axes)))
    before, after = zip(*_for_each_axis(layer.padding), strict=True)
    # Minus zero is zero everywhere, but ONNX Runtime (up to 1.31) merges plain zeros into a MaxPool that follows, where
    # added pixels count as minus infinity.
    return apply("Pad", x, Constant.integers(0, 0, *before, 0, 0, *after), Constant.number(-0.0))


def cropping(layer: Any, x: Tensor) -> Tensor:
    """``Cropping1D``, ``Cropping2D``, ``Cropping3D``."""
    data_format = getattr(layer, "data_format", "channels_last")  # Cropping1D has no other
    before, after = zip(*_for_each_axis(layer.cropping), strict=True)
    ends = [-number or END for number in after]  # counted from the end
    return between(x, spatial_axes(data_format, len(x.axes)), before, ends)


def unchanged(layer: Any, x: Tensor) -> Tensor:
    """Layers that do nothing outside training."""
    return x


def between(x: Tensor, axes: Any, starts: Any, ends: Any) -> Tensor:
    """The part of a tensor from starts to ends, one of each for every one of Keras' axes that are given."""
    positions = [x.position(axis) for axis in axes]
    return apply("Slice", x, Constant.integers(*starts), Constant.integers(*ends), Constant.integers(*positions))


def with_axes(x: Tensor, rank: int) -> Tensor:
    """A tensor with more axes, of size 1, right after the batch."""
    missing = rank - len(x.axes)
    if not missing:
        return x
    return apply("Unsqueeze", x.plain(), Constant.integers(*range(1, missing + 1)), axes=tuple(range(rank)))


def _for_each_axis(pairs: Any) -> Any:
    """Layers of one axis have a single pair, those of more a pair for each."""
    return pairs if isinstance(pairs[0], tuple | list) else (pairs,)
