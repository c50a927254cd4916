"""``model.add_loss(tensor)`` of a functional model, which Keras 3 does not have."""

from inspect import getclosurevars
from types import FunctionType
from typing import Any

import keras

from ... import _keras
from ...errors import ArgumentError
from .._spelling import saved_as_keras

INSTEAD = "Compute it in the call of a layer of your own, which hands it to self.add_loss(…)."


@saved_as_keras
class _AddedLoss(keras.layers.ActivityRegularization):  # type: ignore[misc] # Keras carries no types
    """Adds the number that it is called on to the loss.

    In a file it is a regularization, with which plain Keras adds the same as long as the number is not below 0.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**{"l1": 1.0, **arguments})
        self.activity_regularizer = None

    def call(self, inputs: Any) -> Any:
        self.add_loss(inputs)
        return inputs


def add_loss(model: Any, losses: list[Any]) -> None:
    """Let a functional model compute losses on its way to the first output, in place.

    Args:
        model: whose names of outputs stay.
        losses: symbolic, of the model's own tensors; a number, or one for each sample, whose mean counts.

    Raises:
        ArgumentError: no such model or losses.
    """
    if not isinstance(model, _keras.functional_class()) or not all(map(keras.utils.is_keras_tensor, losses)):
        raise ArgumentError(f"{model.name}.add_loss takes the tensors of a model of inputs and outputs. {INSTEAD}")
    names, outputs = list(model.output_names), model.output
    first, *others = keras.tree.flatten(outputs)
    for loss in losses:
        number = keras.ops.mean(loss) if loss.shape else loss
        name = f"add_loss_{keras.backend.get_uid('add_loss')}"
        first = keras.layers.Identity(name=f"with_{name}")([first, _AddedLoss(name=name)(number)])[0]
    try:
        _keras.end_at(model, keras.tree.pack_sequence_as(outputs, [first, *others]))
    except ValueError as problem:
        raise ArgumentError(f"{model.name}.add_loss: a loss that depends on more than the model's inputs.") from problem
    model.output_names = names


def tensors_in(loss: Any) -> list[str]:
    """Names of the symbolic tensors that functions among the losses of a model use besides their arguments."""
    functions = [part for part in keras.tree.flatten(loss) if isinstance(part, FunctionType)]
    used = [values for function in functions for values in getclosurevars(function)[:2]]
    return [name for values in used for name, value in values.items() if keras.utils.is_keras_tensor(value)]
