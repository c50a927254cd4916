"""What layers are made of: convolutions, pooling, normalisation. The converters of the layers do the work."""

from types import SimpleNamespace
from typing import Any

import keras
import numpy as np

from .. import convolution, pooling, resizing
from ..axes import inner_axes, inner_axis
from ..reductions import along, deviation, over, standardized
from ..tensor import Constant, Tensor, apply, channels_second
from ..unsupported import unsupported
from .operands import Operand, numbers_of


def conv(operation: Any, inputs: Tensor, kernel: Operand) -> Tensor:
    """``Conv``; it has as many groups as the kernel wants."""
    weights = _numbers(operation, kernel)
    channels = inputs.shape[channels_second(_data_format(operation), len(inputs.axes))[1]]
    groups = (channels or weights.shape[-2]) // weights.shape[-2]
    return convolution.convolution(_sliding(operation, weights, kernel=weights, groups=groups), inputs)


def depthwise_conv(operation: Any, inputs: Tensor, kernel: Operand) -> Tensor:
    """``DepthwiseConv``."""
    weights = _numbers(operation, kernel)
    return convolution.depthwise_convolution(_sliding(operation, weights, kernel=weights), inputs)


def separable_conv(operation: Any, inputs: Tensor, depthwise_kernel: Operand, pointwise_kernel: Operand) -> Tensor:
    """``SeparableConv``."""
    window, pixel = _numbers(operation, depthwise_kernel), _numbers(operation, pointwise_kernel)
    layer = _sliding(operation, window, depthwise_kernel=window, pointwise_kernel=pixel)
    return convolution.separable_convolution(layer, inputs)


def average_pool(operation: Any, inputs: Tensor) -> Tensor:
    """``AveragePool``."""
    return pooling.average_pooling(_pool(operation, inputs), inputs)


def max_pool(operation: Any, inputs: Tensor) -> Tensor:
    """``MaxPool``."""
    return pooling.max_pooling(_pool(operation, inputs), inputs)


def batch_norm(
    operation: Any,
    x: Tensor,
    mean: Operand,
    variance: Operand,
    offset: Operand | None = None,
    scale: Operand | None = None,
) -> Tensor:
    """``BatchNorm``, as one factor and one sum."""
    axis = inner_axis(operation, operation.axis, len(x.axes))
    factor = 1 / np.sqrt(_numbers(operation, variance) + np.float32(operation.epsilon))
    factor = factor if scale is None else factor * _numbers(operation, scale)
    rest = -_numbers(operation, mean) * factor
    rest = rest if offset is None else rest + _numbers(operation, offset)
    return apply("Add", apply("Mul", x, along(x, factor, axis)), along(x, rest, axis))


def layer_norm(operation: Any, x: Tensor, gamma: Operand | None = None, beta: Operand | None = None) -> Tensor:
    """``LayerNorm``."""
    if operation.rms_scaling:
        raise unsupported(operation, "it was called with rms_scaling=True")
    axes = inner_axes(operation, operation.axis, len(x.axes))
    y = standardized(x, _epsilon(operation), *axes)
    y = y if gamma is None else apply("Mul", y, along(x, _numbers(operation, gamma), *axes))
    return y if beta is None else apply("Add", y, along(x, _numbers(operation, beta), *axes))


def rms_norm(operation: Any, x: Tensor, scale: Operand | None = None) -> Tensor:
    """``RMSNorm``."""
    axes = inner_axes(operation, operation.axis, len(x.axes))
    squares = over("ReduceMean", apply("Mul", x, x), *axes)
    y = apply("Div", x, deviation(squares, _epsilon(operation)))
    return y if scale is None else apply("Mul", y, along(x, _numbers(operation, scale), *axes))


def depth_to_space(operation: Any, x: Tensor) -> Tensor:
    """``DepthToSpace``."""
    x = x.stored(channels_second(_data_format(operation), 4))
    return apply("DepthToSpace", x, blocksize=operation.block_size, mode="DCR")


def space_to_depth(operation: Any, x: Tensor) -> Tensor:
    """``SpaceToDepth``."""
    x = x.stored(channels_second(_data_format(operation), 4))
    return apply("SpaceToDepth", x, blocksize=operation.block_size)


def resize(operation: Any, images: Tensor) -> Tensor:
    """``Resize``."""
    height, width = operation.size
    names = ("interpolation", "antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio", "fill_value")
    settings = {name: getattr(operation, name) for name in names}
    layer = _as_layer(operation, height=height, width=width, data_format=_data_format(operation), **settings)
    return resizing.resizing(layer, images)


def grayscale(operation: Any, images: Tensor) -> Tensor:
    """``RGBToGrayscale``."""
    if len(images.axes) != 4:
        raise unsupported(operation, f"its pictures have the shape {images.shape}")
    channels = channels_second(operation.data_format, 4)[1]
    if images.shape[channels] == 1:
        return images
    shares = np.array([0.2989, 0.587, 0.114], np.float32)
    return over("ReduceSum", apply("Mul", images, along(images, shares, channels)), channels)


def _sliding(operation: Any, window: Any, **weights: Any) -> Any:
    """A convolution as the layer would have it: a number for each axis, no bias, no activation."""
    rank = window.ndim - 2
    return _as_layer(
        operation,
        data_format=_data_format(operation),
        padding=operation.padding,
        kernel_size=window.shape[:-2],
        strides=_each(operation.strides, rank),
        dilation_rate=_each(operation.dilation_rate, rank),
        use_bias=False,
        bias=None,
        activation=None,
        **weights,
    )


def _pool(operation: Any, inputs: Tensor) -> Any:
    rank = len(inputs.axes) - 2
    size = _each(operation.pool_size, rank)
    strides = size if operation.strides is None else _each(operation.strides, rank)
    return _as_layer(
        operation, data_format=_data_format(operation), padding=operation.padding, pool_size=size, strides=strides
    )


def _as_layer(operation: Any, **attributes: Any) -> Any:
    """What the converter of a layer reads of it; its messages name the operation."""
    kind = type(type(operation).__name__, (SimpleNamespace,), {})
    return kind(name=operation.name, **attributes)


def _each(number: Any, rank: int) -> tuple[int, ...]:
    return (number,) * rank if isinstance(number, int) else tuple(number)


def _data_format(operation: Any) -> str:
    return operation.data_format or str(keras.config.image_data_format())


def _epsilon(operation: Any) -> float:
    return float(keras.config.epsilon() if operation.epsilon is None else operation.epsilon)


def _numbers(operation: Any, value: Operand) -> Any:
    if isinstance(value, Constant):
        return numbers_of(value.source)
    raise unsupported(operation, "its weights are computed by the network itself")
