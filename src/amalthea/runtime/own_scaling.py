"""Models that scale pictures themselves, by layers of their own that stand in front."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from .. import _keras
from .graph import reshaping, resizing
from .graph.table import CONVERTERS

_LARGEST = 10  # of the numbers that networks are trained on; pixels in [0, 255] are far beyond
_MOVING = {
    reshaping.unchanged,
    reshaping.cropping,
    reshaping.permute,
    reshaping.zero_padding,
    resizing.center_crop,
    resizing.resizing,
}
"""Converters of the layers that leave the numbers of pictures as large as they are."""


def scales_itself(model: "keras.Model") -> bool:
    """Whether the first step of a model that changes the numbers of pictures brings [0, 255] near 0.

    Known are the layers ``Rescaling`` and ``Normalization``, and a division or product by a number, also in models
    inside; what only moves pixels, or acts in training alone, may stand before them. A model that does something else
    first may scale pictures as well, but nobody can be sure.

    Args:
        model: of Keras, any.

    Example:
        >>> from keras import Input, Sequential, layers
        >>> scales_itself(Sequential([Input((8, 8, 3)), layers.Rescaling(1 / 255), layers.Flatten()]))
        True
        >>> scales_itself(Sequential([Input((8, 8, 3)), layers.Rescaling(2, offset=-1)]))  # from [0, 1] to [-1, 1]
        False
    """
    network = _keras.functional(model)
    if network is None or len(network.inputs) != 1:
        return False
    step = next(_changes(network), None)
    largest = None if step is None else _largest(step)
    return largest is not None and largest <= _LARGEST


def _changes(network: Any) -> Iterator[_keras.Call | None]:
    """The calls along the way of the only input that change its numbers; at its end None, if it divides there."""
    [tensor], calls = network.inputs, list(_keras.calls(network))
    while len(users := [call for call in calls if any(given is tensor for given in call.inputs)]) == 1:
        [call] = users
        inner = _keras.functional(call.operation)
        if inner is not None and len(inner.inputs) == 1:
            yield from _changes(inner)
        elif CONVERTERS.get(_keras.kind_of(call.operation)) not in _MOVING:
            yield call
        if len(call.outputs) != 1:
            break
        [tensor] = call.outputs
    if not any(tensor is output for output in network.outputs):
        yield None


def _largest(step: _keras.Call) -> float | None:
    """The size of the largest number that a step makes of 0 and 255; None where that is not known."""
    operation, ends = step.operation, np.array([[0.0], [255.0]])
    made: Any = None
    kind = _keras.kind_of(operation)
    if kind is keras.layers.Rescaling:
        made = ends * np.ravel(operation.scale) + np.ravel(operation.offset)
    elif kind is keras.layers.Normalization and not operation.invert and operation.mean is not None:
        mean, variance = (np.ravel(keras.ops.convert_to_numpy(each)) for each in (operation.mean, operation.variance))
        made = (ends - mean) / np.maximum(np.sqrt(variance), keras.config.epsilon())
    elif (factor := _factor(step)) is not None:
        made = ends * factor
    return None if made is None else float(np.abs(made).max())


def _factor(step: _keras.Call) -> float | None:
    """What a step multiplies all numbers with; None if it does something else."""
    numbers: list[float] = [part for part in step.arguments if isinstance(part, int | float)]
    if len(step.arguments) != 2 or step.keywords or len(numbers) != 1 or not numbers[0]:
        return None
    name, number = _keras.operation_name(step.operation), numbers[0]
    if name in ("Divide", "TrueDivide") and step.arguments[1] is number:
        return float(1 / number)
    return float(number) if name == "Multiply" else None
