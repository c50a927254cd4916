"""Pooling of any rank."""

from functools import partial
from operator import gt
from typing import Any

from .tensor import Constant, Tensor, apply, channels_second, spatial_axes
from .unsupported import unsupported
from .windows import window


def _pooled(operator: str, layer: Any, x: Tensor) -> Tensor:
    """Over windows. Added pixels count neither for the largest value nor for the average.

    So it is in TensorFlow, where the weights of the collection come from, and in Keras on all its backends but torch:
    there, in Keras 3.15.1, uneven padding repeats the border of the picture, which changes averages.
    """
    sliding = window(x, layer.data_format, layer.padding, layer.pool_size, layer.strides)
    if "auto_pad" in sliding and any(map(gt, layer.strides, layer.pool_size)):
        # ONNX Runtime (up to 1.31) stops at sizes where less than nothing is missing.
        raise unsupported(layer, f"its strides {layer.strides} are beyond its windows, and the picture's size is open")
    return apply(operator, x.stored(channels_second(layer.data_format, len(x.axes))), **sliding)


def _pooled_globally(operator: str, layer: Any, x: Tensor) -> Tensor:
    """Over the whole picture, in whatever order it is stored."""
    over = sorted(x.position(axis) for axis in spatial_axes(layer.data_format, len(x.axes)))
    axes = x.axes if layer.keepdims else (0, 1)
    return apply(operator, x, Constant.integers(*over), axes=axes, keepdims=int(layer.keepdims))


def _pooled_to_size(operator: str, layer: Any, x: Tensor) -> Tensor:
    """Into as many windows as are wanted, of one size."""
    sides = [x.shape[axis] for axis in spatial_axes(layer.data_format, len(x.axes))]
    wanted = layer.output_size
    if any(side is None or side % parts for side, parts in zip(sides, wanted, strict=True)):
        raise unsupported(layer, f"windows of one size do not cut {tuple(sides)} pixels into {tuple(wanted)}")
    size = tuple(side // parts for side, parts in zip(sides, wanted, strict=True) if side is not None)
    x = x.stored(channels_second(layer.data_format, len(x.axes)))
    return apply(operator, x, kernel_shape=size, strides=size)


average_pooling = partial(_pooled, "AveragePool")
max_pooling = partial(_pooled, "MaxPool")
global_average_pooling = partial(_pooled_globally, "ReduceMean")
global_max_pooling = partial(_pooled_globally, "ReduceMax")
adaptive_average_pooling = partial(_pooled_to_size, "AveragePool")
adaptive_max_pooling = partial(_pooled_to_size, "MaxPool")
