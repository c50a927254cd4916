"""The names of ``keras.activations``."""

from typing import Any

import keras
from keras.activations import (
    deserialize,
    elu,
    exponential,
    hard_sigmoid,
    linear,
    selu,
    serialize,
    sigmoid,
    softmax,
    softplus,
    softsign,
    tanh,
)

from ._spelling import Spelling, advise
from ._spelling.functions import spelt
from ._spelling.registered import registered

__all__ = [
    "deserialize",
    "elu",
    "exponential",
    "get",
    "hard_sigmoid",
    "linear",
    "relu",
    "selu",
    "serialize",
    "sigmoid",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
]

relu = spelt(Spelling(renamed={"alpha": "negative_slope"}))(keras.activations.relu)


def get(identifier: Any) -> Any:
    """The activation that a name, a configuration or a function stands for; that of None is ``linear``."""
    return keras.activations.get(todays_activation(identifier))


def todays_activation(given: Any) -> Any:
    """What Keras 3 has for an activation; a function of this module is that of Keras."""
    if given is hard_sigmoid or (isinstance(given, str) and given == "hard_sigmoid"):
        advise(
            "activation 'hard_sigmoid' rises by 1/6 today, by 1/5 in Keras 1 and 2: the same in training, "
            "slightly different with weights of that time"
        )
    return keras.activations.relu if given is relu else registered(given)
