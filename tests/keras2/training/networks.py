"""Small networks and data that the tests of training share."""

import keras
import numpy as np

from amalthea.keras2.layers import Dense
from amalthea.keras2.models import Input, Model

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.standard_normal((20, 4), dtype=np.float32)
SUMS = ROWS.sum(axis=1)
LABELS = (SUMS > 0).astype(int)


def weight_model(compiled=True, **arguments):
    """One weight, which begins with 1 and multiplies a number: whatever trains it can be reckoned by hand."""
    number = Input(shape=(1,))
    model = Model(number, Dense(1, use_bias=False, kernel_initializer="ones")(number))
    if compiled:
        model.compile(**{"optimizer": "sgd", "loss": "mse", **arguments})
    return model


def classifier(**arguments):
    """A number between 0 and 1 for each row, compiled."""
    rows = Input(shape=(4,))
    hidden = Dense(8, activation="relu")(rows)
    model = Model(rows, Dense(1, activation="sigmoid")(hidden))
    model.compile(**{"optimizer": "sgd", "loss": "binary_crossentropy", "metrics": ["accuracy"], **arguments})
    return model


def weight_of(model):
    return float(model.get_weights()[0].ravel()[0])


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)
