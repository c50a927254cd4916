"""The names of ``keras.regularizers``: what large weights or outputs add to the loss."""

from typing import Any, NoReturn

import keras

from ..errors import ArgumentError
from ._spelling import Spelling
from ._spelling.functions import spelt

deserialize = keras.regularizers.deserialize
get = keras.regularizers.get
serialize = keras.regularizers.serialize
L1L2 = keras.regularizers.L1L2
Regularizer = keras.regularizers.Regularizer

ActivityRegularizer = WeightRegularizer = L1L2

__all__ = [
    "L1L2",
    "ActivityRegularizer",
    "EigenvalueRegularizer",
    "Regularizer",
    "WeightRegularizer",
    "activity_l1",
    "activity_l1l2",
    "activity_l2",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l1l2",
    "l2",
    "serialize",
]


@spelt(Spelling(renamed={"l": "l1"}))
def l1(l1: float = 0.01) -> Any:
    """``l1`` times the sum of absolute values."""
    return keras.regularizers.L1(l1)


@spelt(Spelling(renamed={"l": "l2"}))
def l2(l2: float = 0.01) -> Any:
    """``l2`` times the sum of squares."""
    return keras.regularizers.L2(l2)


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> Any:
    """The sum of both."""
    return L1L2(l1, l2)


def EigenvalueRegularizer(k: float = 0.0) -> NoReturn:  # noqa: N802, its name in Keras 1
    """Keras 1 alone had it.

    Raises:
        ArgumentError: always.
    """
    raise ArgumentError("EigenvalueRegularizer is gone from Keras. Use regularizers.l2, or a function of the weight.")


activity_l1, activity_l2, activity_l1l2 = l1, l2, l1_l2
l1l2 = l1_l2
