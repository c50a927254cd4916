"""Whether it is training: the learning phase."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras

from ...errors import ArgumentError
from .._spelling import advise

__all__ = [
    "LearningPhase",
    "in_test_phase",
    "in_train_phase",
    "learning_phase",
    "learning_phase_scope",
    "set_learning_phase",
]

_FIXED: ContextVar[int | None] = ContextVar("fixed", default=None)


class LearningPhase(int):
    """1 in training and 0 otherwise; among the inputs of ``function`` it stands for the number that is given there."""


def learning_phase() -> int:
    """Whether it is training: 1 or 0. Within the ``call`` of a layer, what that call was told.

    What was set by ``set_learning_phase`` counts everywhere.

    Example:
        >>> int(learning_phase())
        0
    """
    fixed = _FIXED.get()
    return LearningPhase(bool(_training_now())) if fixed is None else fixed


def set_learning_phase(value: int | bool) -> None:
    """Fix what ``learning_phase``, ``in_train_phase`` and ``function`` go by.

    Layers of Keras 3 go by the method that runs: ``fit`` trains, ``predict`` does not. A line says so for 1, and for 0
    as well, because Keras 2 then trained with the moving averages of BatchNormalization and without Dropout.

    Raises:
        ArgumentError: neither 0 nor 1.
    """
    if value not in (0, 1):
        raise ArgumentError(f"set_learning_phase({value!r}): allowed are 0, for predicting, and 1, for training.")
    _FIXED.set(int(value))
    if value:
        advise("set_learning_phase(1) does not reach predict today; call model(x, training=True) for its Dropout.")
    else:
        advise(
            "set_learning_phase(0) does not reach fit today, where Dropout and BatchNormalization train as ever; "
            "set layer.trainable = False for a BatchNormalization that keeps its moving averages."
        )


@contextmanager
def learning_phase_scope(value: int | bool) -> Iterator[None]:
    """Fix the learning phase in a block."""
    token = _FIXED.set(int(value))
    try:
        yield
    finally:
        _FIXED.reset(token)


def forget_learning_phase() -> None:
    """Go by what runs again."""
    _FIXED.set(None)


def fixed_learning_phase() -> int | None:
    """What ``set_learning_phase`` set; None if nothing."""
    return _FIXED.get()


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """One tensor in training, another otherwise.

    Args:
        x: tensor for training, or a function without arguments that returns it.
        alt: likewise, otherwise.
        training: True, False, or None for the learning phase. In a functional model that is the one of each call.
    """
    if training is None:
        training = _FIXED.get()
    if training is None:
        symbolic = [isinstance(_value(one), keras.KerasTensor) for one in (x, alt)]
        if any(symbolic):
            return _Choice()(_value(x), _value(alt))
        training = _training_now()
    if training is None or isinstance(training, int | float):
        return _value(x if training else alt)
    return keras.ops.where(keras.ops.cast(training, "bool"), _value(x), _value(alt))


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """One tensor outside of training, another in it."""
    return in_train_phase(alt, x, training)


def _value(given: Any) -> Any:
    return given() if isinstance(given, Callable) and not _is_tensor(given) else given  # type: ignore[arg-type]


def _is_tensor(given: Any) -> bool:
    return bool(keras.ops.is_tensor(given)) or isinstance(given, keras.KerasTensor | keras.Variable)


def _training_now() -> bool | None:
    """What the layer that is being called was told: a layer called in its turn is told the same."""
    asked = _Asked(name="learning_phase")
    asked(keras.ops.zeros(()))
    return asked.answer


class _Asked(keras.layers.Layer):  # type: ignore[misc] # Keras carries no types
    """Keeps what it was told of training."""

    answer: bool | None = None

    def call(self, x: Any, training: bool | None = None) -> Any:
        self.answer = training
        return x


class _Choice(keras.layers.Layer):  # type: ignore[misc]
    """The first of two tensors in training, the second otherwise."""

    def call(self, x: Any, alt: Any, training: bool | None = None) -> Any:
        return x if training else alt
