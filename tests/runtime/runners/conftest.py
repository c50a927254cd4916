"""A small network and its graph, for every runner."""

import keras
import pytest
from keras import layers

from amalthea.runtime import to_onnx
from tests.live_weights import set_live_weights


@pytest.fixture(scope="module")
def model():
    """Pictures of any size from 7 pixels on: (N, H, W, 3) -> (N, 8)."""
    image = keras.Input((None, None, 3), name="image")
    x = layers.Conv2D(16, 5, activation="relu", data_format="channels_last")(image)
    x = layers.Conv2D(32, 3, activation="relu", data_format="channels_last")(x)
    x = layers.GlobalAveragePooling2D(data_format="channels_last")(x)
    model = keras.Model(image, layers.Dense(8, name="scores")(x))
    set_live_weights(model)
    return model


@pytest.fixture(scope="module")
def graph(model):
    return to_onnx(model).SerializeToString()
