"""The names of ``keras.losses``."""

from typing import Any

import keras

from ._training.compiling import loss_of

__all__ = [
    "BCE",
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "bce",
    "binary_crossentropy",
    "categorical_crossentropy",
    "categorical_hinge",
    "cosine",
    "cosine_proximity",
    "cosine_similarity",
    "deserialize",
    "get",
    "hinge",
    "huber_loss",
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
    "sparse_categorical_crossentropy",
    "squared_hinge",
]

categorical_crossentropy = keras.losses.categorical_crossentropy
sparse_categorical_crossentropy = keras.losses.sparse_categorical_crossentropy
binary_crossentropy = bce = BCE = keras.losses.binary_crossentropy
mean_squared_error = mse = MSE = keras.losses.mean_squared_error
mean_absolute_error = mae = MAE = keras.losses.mean_absolute_error
mean_absolute_percentage_error = mape = MAPE = keras.losses.mean_absolute_percentage_error
mean_squared_logarithmic_error = msle = MSLE = keras.losses.mean_squared_logarithmic_error
kullback_leibler_divergence = kld = KLD = keras.losses.kl_divergence
cosine_proximity = cosine = cosine_similarity = keras.losses.cosine_similarity
logcosh = keras.losses.log_cosh
huber_loss = keras.losses.huber
poisson = keras.losses.poisson
hinge = keras.losses.hinge
squared_hinge = keras.losses.squared_hinge
categorical_hinge = keras.losses.categorical_hinge
serialize = keras.losses.serialize
deserialize = keras.losses.deserialize


def get(identifier: Any) -> Any:
    """A loss by its name of then or of today; functions and objects stay.

    Example:
        >>> get("cosine_proximity").__name__
        'cosine_similarity'
    """
    return keras.losses.get(loss_of(identifier))


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(keras.losses, name)
