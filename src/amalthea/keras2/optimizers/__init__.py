"""The names of ``keras.optimizers``, with the arguments, defaults and arithmetic of Keras 1 and 2."""

from collections.abc import Callable
from dataclasses import replace
from numbers import Real
from typing import Any

import keras

from ...errors import ArgumentError
from .._spelling import OldSpelling, Spelling, advise, note, saved_as_keras
from .._spelling.era import era
from .._training.rates import OldRate
from ._own import Optimizer

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "Adamax",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "TFOptimizer",
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "deserialize",
    "get",
    "nadam",
    "rmsprop",
    "serialize",
    "sgd",
]

serialize = keras.optimizers.serialize

_SCHEDULE_DECAY = "Keras 3 always lets the momentum of Nadam rise, as schedule_decay=1 did"


def _like_then(epsilon: bool = True, outside_root: bool = False) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What rewrites the arguments of an optimizer together.

    Args:
        epsilon: whether it has one.
        outside_root: Keras 1 and 2 added it after the square root, Keras 3 adds it before.
    """

    def rewritten(arguments: dict[str, Any]) -> dict[str, Any]:
        if "global_clipnorm" in arguments:  # a configuration of Keras 3
            return arguments
        if isinstance(arguments.get("momentum"), Real):
            arguments["momentum"] = float(arguments["momentum"])  # Keras 3 refuses 0 and 1
        if arguments.get("clipnorm") is not None:
            arguments["global_clipnorm"] = arguments.pop("clipnorm")
            note("clipnorm=… bounded the norm of all gradients together: it is global_clipnorm=… today")
            if arguments.pop("clipvalue", None) is not None:
                advise("Keras 1 and 2 applied both clipnorm and clipvalue. Today only one is: clipvalue is left out.")
        if epsilon:
            given = arguments.get("epsilon")
            added = _epsilon_of_then() if given is None else given
            arguments["epsilon"] = added**2 if outside_root else added
        return arguments

    return rewritten


def _epsilon_of_then() -> float:
    return 1e-8 if era() == 1 else float(keras.config.epsilon())


def _spelling(rate: float, *positions: str, **of_epsilon: bool) -> Spelling:
    """The learning rate that an optimizer had by itself, and which arguments came after it."""
    return Spelling(
        positions=("learning_rate", *positions),
        renamed={"lr": "learning_rate"},
        defaults={"learning_rate": rate},
        together=_like_then(**of_epsilon),
    )


@saved_as_keras
class SGD(OldSpelling, OldRate, keras.optimizers.SGD):  # type: ignore[misc] # Keras carries no types
    """Gradient descent, with momentum if wanted."""

    spelling = _spelling(0.01, "momentum", "decay", "nesterov", epsilon=False)


@saved_as_keras
class RMSprop(OldSpelling, OldRate, keras.optimizers.RMSprop):  # type: ignore[misc]
    """Gradients over the root of the mean of their squares."""

    spelling = _spelling(0.001, "rho", "epsilon", "decay", outside_root=True)


@saved_as_keras
class Adagrad(OldSpelling, OldRate, keras.optimizers.Adagrad):  # type: ignore[misc]
    """Gradients over the root of the sum of all their squares, which begins with 0."""

    spelling = replace(
        _spelling(0.01, "epsilon", "decay", outside_root=True),
        defaults={"learning_rate": 0.01, "initial_accumulator_value": 0.0},
    )


@saved_as_keras
class Adadelta(OldSpelling, OldRate, keras.optimizers.Adadelta):  # type: ignore[misc]
    """Steps as large as the last ones were."""

    spelling = _spelling(1.0, "rho", "epsilon", "decay")


@saved_as_keras
class Adam(OldSpelling, OldRate, keras.optimizers.Adam):  # type: ignore[misc]
    """Means of gradients over the root of the means of their squares."""

    spelling = _spelling(0.001, "beta_1", "beta_2", "epsilon", "decay", "amsgrad")


@saved_as_keras
class Adamax(OldSpelling, OldRate, keras.optimizers.Adamax):  # type: ignore[misc]
    """Adam with the largest gradient in place of the mean of squares."""

    spelling = _spelling(0.002, "beta_1", "beta_2", "epsilon", "decay")


@saved_as_keras
class Nadam(OldSpelling, OldRate, keras.optimizers.Nadam):  # type: ignore[misc]
    """Adam with Nesterov's momentum."""

    spelling = replace(
        _spelling(0.002, "beta_1", "beta_2", "epsilon"), without_effect={"schedule_decay": _SCHEDULE_DECAY}
    )


sgd, rmsprop, adagrad, adadelta, adam, adamax, nadam = SGD, RMSprop, Adagrad, Adadelta, Adam, Adamax, Nadam

KINDS: dict[type[Any], type[Any]] = {
    getattr(keras.optimizers, kind.__name__): kind for kind in (SGD, RMSprop, Adagrad, Adadelta, Adam, Adamax, Nadam)
}
"""Keras' classes, and what objects of them become in a model of keras2."""
_BY_NAME = {kind.__name__.lower(): kind for kind in KINDS.values()}


def TFOptimizer(*positional: Any, **named: Any) -> Any:  # noqa: N802 # the name of then
    """Raise an error: optimizers of TensorFlow 1 are gone.

    Raises:
        ArgumentError: always.
    """
    raise ArgumentError("TFOptimizer is gone: it wrapped optimizers of TensorFlow 1. Use the one of keras.optimizers.")


def get(identifier: Any) -> Any:
    """An optimizer.

    Args:
        identifier: its name, with the defaults of Keras 2; the configuration of one; or an optimizer, which stays the
            same object. None stays None.

    Raises:
        ArgumentError: the configuration of a ``TFOptimizer``.

    Example:
        >>> float(get("adadelta").lr)
        1.0
    """
    if isinstance(identifier, str) and identifier.lower() in _BY_NAME:
        return _BY_NAME[identifier.lower()]()
    if isinstance(identifier, dict):
        return deserialize(identifier)
    kinds = type(identifier).__mro__
    if kinds[0].__module__.startswith("keras."):  # on torch, Keras makes objects of a class of its own for torch
        kind = next((KINDS[base] for base in kinds if base in KINDS), kinds[0])
        object.__setattr__(identifier, "__class__", kind)
    return keras.optimizers.get(identifier)


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """An optimizer from its configuration, of any Keras.

    Args:
        config: its ``class_name`` and ``config``.
        custom_objects: classes of the user by their names.
    """
    name = str(config.get("class_name", "")).lower()
    if name == "tfoptimizer":
        return TFOptimizer()
    kind = None if name in {key.lower() for key in custom_objects or {}} else _BY_NAME.get(name)
    if kind is None:
        return keras.optimizers.deserialize(config, custom_objects=custom_objects)
    return kind.from_config(dict(config.get("config", {})))


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(keras.optimizers, name)
