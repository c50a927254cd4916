"""Classes as rows of 0 and 1, and back; rows of length 1."""

from typing import Any

import keras
import numpy as np
from keras.utils import normalize
from numpy.typing import ArrayLike, NDArray

from .._spelling import Spelling
from .._spelling.functions import spelt
from .conv_utils import conv_input_length, conv_output_length, convert_kernel

__all__ = [
    "categorical_probas_to_classes",
    "conv_input_length",
    "conv_output_length",
    "convert_kernel",
    "normalize",
    "probas_to_classes",
    "to_categorical",
]


@spelt(Spelling(renamed={"nb_classes": "num_classes", "x": "y"}))
def to_categorical(y: ArrayLike, num_classes: int | None = None, dtype: str = "float32") -> NDArray[Any]:
    """A row of 0 and a single 1 for each class.

    Args:
        y: numbers of classes, any shape; a last axis of length 1 is left out.
        num_classes: length of a row; None takes the greatest number and one more.
        dtype: of the rows.

    Example:
        >>> to_categorical([1, 0], nb_classes=2).tolist()
        [[0.0, 1.0], [1.0, 0.0]]
    """
    return np.asarray(keras.utils.to_categorical(np.asarray(y), num_classes), dtype)


def categorical_probas_to_classes(p: ArrayLike) -> NDArray[Any]:
    """The most probable class of each row."""
    return np.asarray(np.argmax(np.asarray(p), axis=1))


def probas_to_classes(y_pred: ArrayLike) -> NDArray[Any]:
    """The most probable class of each row; of rows with one probability, whether it is above a half.

    Example:
        >>> probas_to_classes([[0.7], [0.2]]).tolist()
        [1, 0]
    """
    predicted = np.asarray(y_pred)
    if predicted.ndim > 1 and predicted.shape[1] > 1:
        return categorical_probas_to_classes(predicted)
    return np.asarray(predicted.ravel() > 0.5, int)
