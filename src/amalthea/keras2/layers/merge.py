"""The names of ``keras.layers.merge``: layers of several inputs, and functions that call one."""

from typing import Any

import keras

from .._spelling import saved_as_keras
from ._old_layer import OldLayer

__all__ = [
    "Add",
    "Average",
    "Concatenate",
    "Dot",
    "Maximum",
    "Minimum",
    "Multiply",
    "Subtract",
    "add",
    "average",
    "concatenate",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]


@saved_as_keras
class Add(OldLayer, keras.layers.Add):
    """The sum."""


@saved_as_keras
class Subtract(OldLayer, keras.layers.Subtract):
    """The first less the second."""


@saved_as_keras
class Multiply(OldLayer, keras.layers.Multiply):
    """The product, number by number."""


@saved_as_keras
class Average(OldLayer, keras.layers.Average):
    """The mean, number by number."""


@saved_as_keras
class Maximum(OldLayer, keras.layers.Maximum):
    """The largest, number by number."""


@saved_as_keras
class Minimum(OldLayer, keras.layers.Minimum):
    """The smallest, number by number."""


@saved_as_keras
class Concatenate(OldLayer, keras.layers.Concatenate):
    """One behind the other along ``axis``."""


@saved_as_keras
class Dot(OldLayer, keras.layers.Dot):
    """The product of vectors or matrices along ``axes``; of vectors of length 1 with ``normalize``."""


def add(inputs: Any, **named: Any) -> Any:
    """``Add()(inputs)``."""
    return Add(**named)(inputs)


def subtract(inputs: Any, **named: Any) -> Any:
    """``Subtract()(inputs)``."""
    return Subtract(**named)(inputs)


def multiply(inputs: Any, **named: Any) -> Any:
    """``Multiply()(inputs)``."""
    return Multiply(**named)(inputs)


def average(inputs: Any, **named: Any) -> Any:
    """``Average()(inputs)``."""
    return Average(**named)(inputs)


def maximum(inputs: Any, **named: Any) -> Any:
    """``Maximum()(inputs)``."""
    return Maximum(**named)(inputs)


def minimum(inputs: Any, **named: Any) -> Any:
    """``Minimum()(inputs)``."""
    return Minimum(**named)(inputs)


def concatenate(inputs: Any, axis: int = -1, **named: Any) -> Any:
    """``Concatenate(axis)(inputs)``."""
    return Concatenate(axis=axis, **named)(inputs)


def dot(inputs: Any, axes: Any, normalize: bool = False, **named: Any) -> Any:
    """``Dot(axes, normalize)(inputs)``."""
    return Dot(axes=axes, normalize=normalize, **named)(inputs)
