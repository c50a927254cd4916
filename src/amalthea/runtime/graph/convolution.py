"""Convolutions and dense layers."""

from typing import Any

from .activations import activated
from .tensor import Constant, Tensor, apply, channels_second
from .windows import window


def convolution(layer: Any, x: Tensor) -> Tensor:
    """``Conv2D``: kernel (rows, columns, in, out) in Keras, (out, in, rows, columns) in ONNX."""
    kernel = Constant(layer.kernel, order=(layer.rank + 1, layer.rank, *range(layer.rank)))
    return _convolved(layer, x, kernel, layer.groups)


def depthwise_convolution(layer: Any, x: Tensor) -> Tensor:
    """``DepthwiseConv2D``: a group for each channel; kernel (rows, columns, channels, multiplier) in Keras."""
    *_, channels, multiplier = layer.kernel.shape
    order = (layer.rank, layer.rank + 1, *range(layer.rank))
    kernel = Constant(layer.kernel, order, (channels * multiplier, 1, *layer.kernel_size))
    return _convolved(layer, x, kernel, channels)


def dense(layer: Any, x: Tensor) -> Tensor:
    """``Dense``: over the last axis."""
    x = x.plain()
    kernel, bias = Constant(layer.kernel), _bias(layer)
    if len(x.axes) == 2:
        return activated(layer, apply("Gemm", x, kernel, *bias))
    y = apply("MatMul", x, kernel)
    return activated(layer, apply("Add", y, *bias) if bias else y)


def _convolved(layer: Any, x: Tensor, kernel: Constant, groups: int) -> Tensor:
    sliding = window(x, layer.data_format, layer.padding, layer.kernel_size, layer.strides, layer.dilation_rate)
    x = x.stored(channels_second(layer.data_format, len(x.axes)))
    return activated(layer, apply("Conv", x, kernel, *_bias(layer), group=groups, **sliding))


def _bias(layer: Any) -> tuple[Constant, ...]:
    return (Constant(layer.bias),) if layer.use_bias else ()
