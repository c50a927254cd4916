"""Layers that scale pictures before a network sees them."""

from typing import Any

import keras
import numpy as np

from .reductions import along
from .tensor import Constant, Tensor, apply


def rescaling(layer: Any, x: Tensor) -> Tensor:
    """``Rescaling``."""
    scale = np.asarray(layer.scale, np.float32)
    if scale.ndim and keras.config.image_data_format() == "channels_first":
        # As Keras does with the setting of the moment, and with the scale alone.
        scale = scale.reshape(scale.shape + (1,) * (3 - scale.ndim))
    y = apply("Mul", x, _repeated(x, scale))
    offset = np.asarray(layer.offset, np.float32)
    return apply("Add", y, _repeated(y, offset)) if offset.any() else y


def normalization(layer: Any, x: Tensor) -> Tensor:
    """``Normalization`` by a mean and variance that were given or learnt by ``adapt``."""
    mean, variance = (_float32(numbers) for numbers in (layer.mean, layer.variance))
    deviation = np.maximum(np.sqrt(variance), np.float32(keras.config.epsilon()))
    if layer.invert:
        return apply("Add", apply("Mul", x, _repeated(x, deviation)), _repeated(x, mean))
    return apply("Div", apply("Sub", x, _repeated(x, mean)), _repeated(x, deviation))


def _repeated(x: Tensor, numbers: np.ndarray[Any, Any]) -> Constant:
    """Numbers along the last axes of a tensor, repeated along all others."""
    if not numbers.ndim:
        return Constant(numbers)
    rank = len(x.axes)
    return along(x, numbers, *range(rank - numbers.ndim, rank))


def _float32(numbers: Any) -> np.ndarray[Any, Any]:
    return np.asarray(keras.ops.convert_to_numpy(numbers), np.float32)
