"""The names of ``keras.metrics``."""

from typing import Any

import keras

from ..errors import ArgumentError
from ._training.compiling import GONE, metric_of
from .losses import (
    KLD,
    MAE,
    MAPE,
    MSE,
    MSLE,
    binary_crossentropy,
    categorical_crossentropy,
    cosine,
    cosine_proximity,
    hinge,
    kld,
    kullback_leibler_divergence,
    logcosh,
    mae,
    mape,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    mse,
    msle,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)

__all__ = [
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "binary_accuracy",
    "binary_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "cosine",
    "cosine_proximity",
    "deserialize",
    "get",
    "hinge",
    "kld",
    "kullback_leibler_divergence",
    "logcosh",
    "mae",
    "mape",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "mse",
    "msle",
    "poisson",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]

# Functions of Keras 1 which ``compile`` takes by their names still.
_FUNCTIONS = {"precision": "keras.metrics.Precision()", "recall": "keras.metrics.Recall()"}

binary_accuracy = keras.metrics.binary_accuracy
categorical_accuracy = keras.metrics.categorical_accuracy
sparse_categorical_accuracy = keras.metrics.sparse_categorical_accuracy
top_k_categorical_accuracy = keras.metrics.top_k_categorical_accuracy
sparse_top_k_categorical_accuracy = keras.metrics.sparse_top_k_categorical_accuracy
serialize = keras.metrics.serialize
deserialize = keras.metrics.deserialize


def get(identifier: Any) -> Any:
    """A metric by its name of then or of today; functions and objects stay."""
    return keras.metrics.get(metric_of(identifier))


def __getattr__(name: str) -> Any:
    if name in (gone := GONE | _FUNCTIONS):
        raise ArgumentError(f"keras.metrics.{name} is gone since Keras 2. Use {gone[name]} of Keras 3 instead.")
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(keras.metrics, name)
