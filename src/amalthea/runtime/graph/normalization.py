"""Normalisation."""

from typing import Any

import numpy as np

from .reductions import along, deviation, of_unit_length, over, standardized
from .tensor import Constant, Tensor, apply
from .unsupported import unsupported


def batch_normalization(layer: Any, x: Tensor) -> Tensor:
    """``BatchNormalization`` by its moving statistics. ONNX normalises the second axis."""
    rank, width = len(x.axes), layer.moving_mean.shape
    axis = layer.axis % rank
    if x.position(axis) != 1:
        x = x.stored((0, axis, *(other for other in range(1, rank) if other != axis)))
    scale = Constant(layer.gamma if layer.scale else np.ones(width, np.float32))
    shift = Constant(layer.beta if layer.center else np.zeros(width, np.float32))
    moving = Constant(layer.moving_mean), Constant(layer.moving_variance)
    return apply("BatchNormalization", x, scale, shift, *moving, epsilon=layer.epsilon)


def layer_normalization(layer: Any, x: Tensor) -> Tensor:
    """``LayerNormalization``."""
    axes = _positive(layer.axis, x)
    if axes != sorted(axes):
        raise unsupported(layer, f"its axes {tuple(layer.axis)} count from both ends, which Keras confuses")
    if layer.rms_scaling:
        # Keras divides by the deviation from the mean, and subtracts no mean all the same.
        centred = apply("Sub", x, over("ReduceMean", x, *axes))
        variance = over("ReduceMean", apply("Mul", centred, centred), *axes)
        return _scaled(apply("Div", x, deviation(variance, layer.epsilon)), layer.gamma, None, *axes)
    return _scaled(standardized(x, layer.epsilon, *axes), layer.gamma, layer.beta, *axes)


def group_normalization(layer: Any, x: Tensor) -> Tensor:
    """``GroupNormalization``: all channels of a group together."""
    rank = len(x.axes)
    axis = layer.axis % rank
    x = x.stored((0, axis, *(other for other in range(1, rank) if other != axis)))
    batch, rest = 0, -1
    groups = apply("Reshape", x, Constant.integers(batch, layer.groups, rest), axes=(0, 1, 2))
    y = apply("Reshape", standardized(groups, layer.epsilon, 2), apply("Shape", x, axes=(0,)), axes=x.axes)
    return _scaled(y, layer.gamma, layer.beta, axis)


def rms_normalization(layer: Any, x: Tensor) -> Tensor:
    """``RMSNormalization``: divided by the root of the mean of the squares."""
    axes = _positive(layer.axis, x)
    squares = over("ReduceMean", apply("Mul", x, x), *axes)
    # Keras multiplies the last axes with the weights, whichever it has normalised.
    rank = len(x.axes)
    last = range(rank - len(layer.scale.shape), rank)
    return _scaled(apply("Div", x, deviation(squares, layer.epsilon)), layer.scale, None, *last)


def unit_normalization(layer: Any, x: Tensor) -> Tensor:
    """``UnitNormalization``: of the length 1."""
    return of_unit_length(x, 1e-12, *_positive(layer.axis, x))


def layer_scale(layer: Any, x: Tensor) -> Tensor:
    """``LayerScale`` of Keras' ConvNeXt: every channel, which is the last axis, times a weight."""
    return _scaled(x, layer.gamma, None, len(x.axes) - 1)


def _scaled(x: Tensor, scale: Any, shift: Any, *axes: int) -> Tensor:
    """Times one weight and plus another, for each number along some axes; None leaves a step out."""
    if scale is not None:
        x = apply("Mul", x, along(x, scale, *axes))
    return x if shift is None else apply("Add", x, along(x, shift, *axes))


def _positive(axes: Any, x: Tensor) -> list[int]:
    return [axis % len(x.axes) for axis in (axes if isinstance(axes, list | tuple) else (axes,))]
