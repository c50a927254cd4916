"""Functions of arrays, made of symbolic tensors; and what is left of TensorFlow's sessions."""

from collections.abc import Sequence
from typing import Any, NoReturn

import keras
import numpy as np

from ... import _keras
from ...errors import ArgumentError
from .._spelling import advise
from .phase import fixed_learning_phase
from .values import get_value

__all__ = ["Function", "function", "get_session", "gradients", "set_session"]

NO_GRADIENTS = (
    "K.gradients is gone: Keras 3 has no symbolic gradients. Compute them with tensorflow.GradientTape, "
    "torch.autograd.grad or jax.grad; for class activation maps use amalthea.explain."
)


class Function:
    """Computes arrays from arrays; ``function`` makes it.

    Args:
        inputs: symbolic tensors, and ``learning_phase()`` where a number tells whether it is training.
        outputs: symbolic tensors that depend on them, variables, or a list of both.
        updates: pairs of ``update``: variables, and the symbolic tensors whose values they take with each call.
    """

    def __init__(self, inputs: Any, outputs: Any, updates: Sequence[Any] = ()) -> None:
        self._inputs = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
        self._single = not isinstance(outputs, list | tuple)
        self._outputs = [outputs] if self._single else list(outputs)
        self._updates = [update for update in updates if isinstance(update, tuple)]
        symbolic = [one for one in self._wanted() if isinstance(one, keras.KerasTensor)]
        tensors = [one for one in self._inputs if not isinstance(one, int)]
        self._model = keras.Model(tensors, symbolic, name="function") if symbolic else None
        self._known: list[Any] = []

    def __call__(self, inputs: Any = ()) -> Any:
        """Compute.

        Args:
            inputs: an array for each symbolic tensor, and a number for the learning phase, in their order.

        Returns:
            A list of arrays; a single one where the outputs were given so.

        Raises:
            ArgumentError: more or fewer inputs than those that the function was made of.
        """
        given = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
        if len(given) != len(self._inputs):
            raise ArgumentError(f"This function takes a list of {len(self._inputs)} inputs; given were {len(given)}.")
        arrays, training = [], fixed_learning_phase()
        for array, wanted in zip(given, self._inputs, strict=True):
            if isinstance(wanted, int):
                training = array
            else:
                arrays.append(np.asarray(get_value(array)))
        computed = iter(self._computed(arrays, bool(training)))
        found = [next(computed) if isinstance(one, keras.KerasTensor) else one for one in self._wanted()]
        for (variable, _), value in zip(self._updates, found[len(self._outputs) :], strict=True):
            variable.assign(value)
        values = [get_value(one) for one in found[: len(self._outputs)]]
        return values[0] if self._single else values

    def _computed(self, arrays: list[Any], training: bool) -> list[Any]:
        """What the symbolic tensors are."""
        if self._model is None:
            return []
        if keras.config.backend() == "openvino" and not training and not self._updates:
            _keras.pin_openvino_precision()  # which only this way to compute heeds
            self._known = _keras.follow_weights(self._model, self._known)
            return keras.tree.flatten(self._model.predict_on_batch(arrays))  # type: ignore[no-any-return]
        return keras.tree.flatten(self._model(arrays, training=training))  # type: ignore[no-any-return]

    def _wanted(self) -> list[Any]:
        return [*self._outputs, *(value for _, value in self._updates)]


def function(
    inputs: Any, outputs: Any, updates: Sequence[Any] | None = None, name: str | None = None, **session: Any
) -> Function:
    """A function of arrays.

    Args:
        inputs: symbolic tensors, such as ``model.input`` or ``layer.output``, and ``learning_phase()``.
        outputs: symbolic tensors that depend on them.
        updates: pairs of ``update``, to be assigned with each call.
        name: without effect.
        **session: arguments of TensorFlow's sessions, which are gone.

    Raises:
        ArgumentError: arguments of a session.

    Example:
        >>> x = keras.Input((2,))
        >>> twice = function([x], [x * 2])
        >>> twice([[[1.0, 2.0]]])[0].tolist()
        [[2.0, 4.0]]
    """
    if session:
        raise ArgumentError(f"K.function({', '.join(session)}=…) belongs to TensorFlow's sessions, which are gone.")
    return Function(inputs, outputs, updates or ())


def gradients(loss: Any, variables: Any) -> NoReturn:
    """Symbolic gradients are gone.

    Raises:
        ArgumentError: always.
    """
    raise ArgumentError(NO_GRADIENTS)


def get_session() -> NoReturn:
    """Sessions are gone.

    Raises:
        ArgumentError: always.
    """
    raise ArgumentError(
        "K.get_session is gone: there are no sessions any more. K.get_value(variable) and "
        "K.function([inputs], [outputs]) give values."
    )


def set_session(session: Any) -> None:
    """Do nothing, and say so: there are no sessions any more."""
    advise("K.set_session does nothing today; KERAS_BACKEND and the backend's own settings choose devices and memory.")
