"""The names of ``keras.initializations``, as Keras 1 had them: functions that return the weight itself."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from . import initializers

__all__ = [
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_uniform",
    "normal",
    "one",
    "orthogonal",
    "uniform",
    "zero",
]


def get(identifier: Any, **settings: Any) -> Callable[..., Any]:
    """The function that a name stands for; a function is returned as it is."""
    return identifier if callable(identifier) else _weight_of(initializers.get(identifier))


def uniform(shape: Sequence[int], scale: float = 0.05, name: str | None = None, dim_ordering: str = "th") -> Any:
    """A weight between ``-scale`` and ``scale``."""
    return _weight_of(initializers.RandomUniform(-scale, scale))(shape, name)


def normal(shape: Sequence[int], scale: float = 0.05, name: str | None = None, dim_ordering: str = "th") -> Any:
    """A weight of normal numbers."""
    return _weight_of(initializers.RandomNormal(0.0, scale))(shape, name)


def orthogonal(shape: Sequence[int], scale: float = 1.1, name: str | None = None, dim_ordering: str = "th") -> Any:
    """An orthogonal matrix times ``scale``."""
    return _weight_of(initializers.Orthogonal(scale))(shape, name)


def identity(shape: Sequence[int], scale: float = 1.0, name: str | None = None, dim_ordering: str = "th") -> Any:
    """A matrix with ``scale`` on its diagonal."""
    return _weight_of(initializers.Identity(scale))(shape, name)


def _weight_of(initializer: Any) -> Callable[..., Any]:
    def weight(shape: Sequence[int], name: str | None = None, dim_ordering: str = "th") -> Any:
        return keras.Variable(initializer(tuple(shape)), name=name)

    return weight


glorot_normal = get("glorot_normal")
glorot_uniform = get("glorot_uniform")
he_normal = get("he_normal")
he_uniform = get("he_uniform")
lecun_uniform = get("lecun_uniform")
one = get("ones")
zero = get("zeros")
