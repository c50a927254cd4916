"""Models that answer at once, and whether a predictor answers like them."""

import keras
import numpy as np
from keras import layers

import amalthea
from tests.live_weights import set_live_weights


def picture_model():
    chain = layers.Conv2D(4, 3, data_format="channels_last"), layers.Flatten(), layers.Dense(3)
    model = keras.Sequential([keras.Input((6, 5, 2), name="picture"), *chain], name="small")
    set_live_weights(model)
    return model


def pair_model(inputs="list", outputs="list"):
    """Two inputs, two outputs, in the wanted structures."""
    left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
    sums = layers.Dense(2, name="sums")(layers.Concatenate()([left, right]))
    inputs = {"list": [left, right], "tuple": (left, right), "dict": {"left": left, "right": right}}[inputs]
    outputs = {
        "list": [sums, left],
        "tuple": (sums, left),
        "one": [sums],
        "dict": {"sums": sums, "copy": left},
        "nested": {"both": [sums, left], "one": right},
    }[outputs]
    model = keras.Model(inputs, outputs, name="pair")
    set_live_weights(model)
    return model


def assert_same(found, expected):
    """Equal structures of equal numbers; Keras' OpenVINO backend returns subclasses of list and dict."""
    if isinstance(expected, dict):
        assert type(found) is dict
        assert found.keys() == expected.keys()
        found, expected = [found[key] for key in sorted(found)], [expected[key] for key in sorted(expected)]
    if isinstance(expected, list | tuple):
        assert isinstance(expected, type(found))
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert type(found) is np.ndarray
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def assert_like_predict(model, x, same=None):
    """The predictor on x against Keras on the same, or on what x stands for."""
    expected = model.predict(x if same is None else same, verbose=0)
    assert_same(amalthea.predictor(model)(x), expected)
