"""Convolutions of any rank."""

from typing import Any

from .activation_layers import activated
from .tensor import Constant, Tensor, apply, channels_second
from .unsupported import unsupported
from .windows import transposed_window, window

_GAP = 2  # pixels between windows that every runtime leaves out at the same places, also where sizes are open


def convolution(layer: Any, x: Tensor) -> Tensor:
    """``Conv1D``, ``Conv2D``, ``Conv3D``."""
    return activated(layer, _convolved(layer, x, _across_channels(layer.kernel), layer.groups, *_bias(layer)))


def depthwise_convolution(layer: Any, x: Tensor) -> Tensor:
    """``DepthwiseConv1D``, ``DepthwiseConv2D``: a group for each channel."""
    kernel, channels = _in_each_channel(layer.kernel), layer.kernel.shape[-2]
    return activated(layer, _convolved(layer, x, kernel, channels, *_bias(layer)))


def separable_convolution(layer: Any, x: Tensor) -> Tensor:
    """``SeparableConv1D``, ``SeparableConv2D``: a window over each channel, then one pixel of all; the bias is last."""
    kernel, channels = _in_each_channel(layer.depthwise_kernel), layer.depthwise_kernel.shape[-2]
    x = _convolved(layer, x, kernel, channels)
    return activated(layer, apply("Conv", x, _across_channels(layer.pointwise_kernel), *_bias(layer)))


def transposed_convolution(layer: Any, x: Tensor) -> Tensor:
    """``Conv1DTranspose``, ``Conv2DTranspose``, ``Conv3DTranspose``."""
    sliding = transposed_window(
        layer.padding, layer.kernel_size, layer.strides, layer.dilation_rate, layer.output_padding
    )
    x = x.stored(channels_second(layer.data_format, len(x.axes)))
    # Keras counts what goes in last here, and ONNX first: the order of a plain convolution serves both.
    return activated(layer, apply("ConvTranspose", x, _across_channels(layer.kernel), *_bias(layer), **sliding))


def _convolved(layer: Any, x: Tensor, kernel: Constant, groups: int, *bias: Constant) -> Tensor:
    sliding = window(x, layer.data_format, layer.padding, layer.kernel_size, layer.strides, layer.dilation_rate)
    gap = max(stride - length for stride, length in zip(layer.strides, layer.kernel_size, strict=True))
    if "auto_pad" in sliding and gap > _GAP:
        # At sizes where the picture ends in a longer gap, ONNX Runtime (up to 1.31) begins behind its first pixel.
        raise unsupported(
            layer, f"its strides {layer.strides} are far beyond its windows, and the picture's size is open"
        )
    x = x.stored(channels_second(layer.data_format, len(x.axes)))
    return apply("Conv", x, kernel, *bias, group=groups, **sliding)


def _across_channels(kernel: Any) -> Constant:
    """(rows, columns, in, out) in Keras, (out, in, rows, columns) in ONNX."""
    rank = len(kernel.shape) - 2
    return Constant(kernel, order=(rank + 1, rank, *range(rank)))


def _in_each_channel(kernel: Any) -> Constant:
    """(rows, columns, channels, multiplier) in Keras, (channels * multiplier, 1, rows, columns) in ONNX."""
    *size, channels, multiplier = kernel.shape
    rank = len(size)
    return Constant(kernel, (rank, rank + 1, *range(rank)), (channels * multiplier, 1, *size))


def _bias(layer: Any) -> tuple[Constant, ...]:
    return (Constant(layer.bias),) if layer.use_bias else ()
