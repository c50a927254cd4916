"""Normalisation."""

from typing import Any

import numpy as np

from .tensor import Constant, Tensor, apply
from .unsupported import unsupported


def batch_normalization(layer: Any, x: Tensor) -> Tensor:
    """``BatchNormalization`` by its moving statistics. ONNX normalises the second axis."""
    if layer.renorm:
        raise unsupported(layer, "it was built with renorm=True")
    rank, width = len(x.axes), layer.moving_mean.shape
    axis = layer.axis % rank
    if x.position(axis) != 1:
        x = x.stored((0, axis, *(other for other in range(1, rank) if other != axis)))
    scale = Constant(layer.gamma if layer.scale else np.ones(width, np.float32))
    shift = Constant(layer.beta if layer.center else np.zeros(width, np.float32))
    moving = Constant(layer.moving_mean), Constant(layer.moving_variance)
    return apply("BatchNormalization", x, scale, shift, *moving, epsilon=layer.epsilon)
