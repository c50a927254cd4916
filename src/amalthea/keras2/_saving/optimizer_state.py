"""The state of an optimizer in HDF5: the number of steps, and arrays in the shapes of the trained weights.

Keras 2 wrote the steps, then the first array of all weights, then the second of all; the optimizers of TensorFlow 2.11
and of Keras 3 write all arrays of the first weight, then all of the second. What is written here is in the order of
Keras 2, which goes on training with it. Plain Keras 3 (3.15.1) takes no such arrays from HDF5, whatever their order.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from ...weights import StoredTensor

# Last parts of names by optimizers of TensorFlow before 2.11: "Adam/conv/kernel/m:0".
_SLOTS = ("m", "v", "vhat", "rms", "mg", "momentum", "accumulator", "accum_grad", "accum_var", "linear")


def arrays_of(optimizer: Any) -> dict[str, np.ndarray]:
    """The number of steps, and what an optimizer keeps of each weight, by name, in the order of Keras 2."""
    single = [variable for variable in optimizer.variables if tuple(variable.shape) == ()]
    counters = [variable for variable in single if variable.name != "learning_rate"]  # that is in the configuration
    variables = [*counters, *_by_slot(_arrays(optimizer))]
    return {
        f"{optimizer.name}/{number}_{variable.name}:0": np.asarray(keras.ops.convert_to_numpy(variable))
        for number, variable in enumerate(variables)
    }


def take_over(model: Any, stored: Sequence[StoredTensor]) -> bool:
    """Give the optimizer of a compiled model the state that a file keeps.

    Args:
        model: compiled.
        stored: the arrays of the file, in order.

    Returns:
        Whether they fit; if not, the optimizer is as it was. A model that was never trained has none.
    """
    optimizer = model.optimizer
    optimizer.build(model.trainable_variables)
    arrays, counters = _arrays(optimizer), [tensor for tensor in stored if tensor.shape == ()]
    # Keras 2.3 kept one number each for arrays that were not needed, and moments of SGD without momentum.
    found = [tensor for tensor in stored if tensor.shape != ()][: len(arrays)]
    if not found and not any(np.asarray(counter.read()).any() for counter in counters):
        return True
    orders = (_by_slot(arrays), arrays)
    if _same_weight([tensor.name for tensor in found[:2]]):
        orders = orders[::-1]
    shapes = [tensor.shape for tensor in found]
    order = next((order for order in orders if [tuple(variable.shape) for variable in order] == shapes), None)
    if order is None:
        return False
    values = [tensor.numbers() for tensor in found]
    if counters:
        steps = optimizer.iterations
        steps.assign(np.asarray(counters[0].read()).astype(steps.dtype))
    for variable, value in zip(order, values, strict=True):
        variable.assign(value)
    return True


def _arrays(optimizer: Any) -> list[Any]:
    return [variable for variable in optimizer.variables if tuple(variable.shape) != ()]


def _by_slot(arrays: Sequence[Any]) -> list[Any]:
    """The first array of all weights, then the second: ``conv_kernel_momentum``, ``conv_kernel_velocity``."""
    slots = [variable.name.rpartition("_")[2] for variable in arrays]
    return [
        variable for slot in dict.fromkeys(slots) for variable, own in zip(arrays, slots, strict=True) if own == slot
    ]


def _same_weight(names: list[str]) -> bool:
    """Whether the first two arrays are of the same weight: ``Adam/m/conv/kernel:0`` and ``Adam/v/conv/kernel:0``."""
    if len(names) < 2:
        return True
    first, second = (name.rpartition("/")[2].partition(":")[0] for name in names)
    by_prefix = first == second and first not in _SLOTS
    return by_prefix or {first.rpartition("_")[2], second.rpartition("_")[2]} == {"momentum", "velocity"}
