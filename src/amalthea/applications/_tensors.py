"""Scaling with Keras' operations: on tensors of the backend and on the symbolic ones of a functional model.

Only operations that Keras can save are used, and always in the same order: Cast, Divide, Flip, Subtract, Divide, Cast,
without those that would change nothing.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from ..catalog import Scaling
from ..errors import ArgumentError
from ..images import channel_axis


def scale_tensor(x: Any, scaling: Scaling, data_format: str) -> Any:
    """``amalthea.images.scale`` for tensors; integers and booleans become Keras' ``floatx``.

    Raises:
        ArgumentError: another data format, rank or number of channels, or a tensor that holds no real numbers.
    """
    axis = channel_axis(_shape(x), data_format)
    wanted = _floating_type(keras.utils.standardize_dtype(x.dtype))
    working = "float64" if wanted == "float64" else "float32"
    steps = scaling.steps
    x = _cast(x, working)
    if steps.divisor != 1:
        x = ops.divide(x, steps.divisor)
    if steps.reverse_channels:
        x = ops.flip(x, axis=axis)
    if any(steps.mean):
        x = ops.subtract(x, _by_channel(steps.mean, working, axis))
    if set(steps.deviation) != {1}:
        x = ops.divide(x, _by_channel(steps.deviation, working, axis))
    return _cast(x, wanted)


def _shape(x: Any) -> tuple[int | None, ...]:
    try:
        return tuple(x.shape)
    except ValueError as error:
        raise ArgumentError(f"The rank of {x} is unknown; tell it first, as with tensor.set_shape.") from error


def _floating_type(dtype: str) -> str:
    if dtype.startswith(("float", "bfloat")):
        return dtype
    if dtype.startswith(("int", "uint", "bool")):
        return str(keras.config.floatx())
    raise ArgumentError(f"Pixels are real numbers in [0, 255]; given was a tensor of type {dtype}.")


def _cast(x: Any, dtype: str) -> Any:
    return x if keras.utils.standardize_dtype(x.dtype) == dtype else ops.cast(x, dtype)


def _by_channel(values: tuple[float, float, float], dtype: str, axis: int) -> Any:
    if len(set(values)) == 1:
        return values[0]
    numbers = np.array(values, dtype)
    # A tensor, because TensorFlow folds arrays into neighbouring constants when it traces, and then rounds differently.
    return ops.convert_to_tensor(numbers if axis == -1 else numbers.reshape(3, 1, 1))
