"""Copies of models with weights of their own."""

from typing import Any

import keras

from .._randomness import seeded_as_numpy
from .._spelling import adopt


def clone_model(model: Any, input_tensors: Any = None, **today: Any) -> Any:
    """A model of the same layers, with new weights.

    Args:
        model: functional or ``Sequential``.
        input_tensors: to begin at; None: new inputs.
        today: what ``keras.models.clone_model`` takes besides.
    """
    with seeded_as_numpy():
        return adopt(keras.models.clone_model(model, input_tensors=input_tensors, **today))
