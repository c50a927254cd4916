"""Models of a few layers, for the tests of their converters."""

import keras

from tests.live_weights import set_live_weights

FORMATS = ["channels_last"] if keras.config.backend() == "openvino" else ["channels_last", "channels_first"]
PADDINGS = ["valid", "same"]


def model_of(*chain, shape):
    """One layer after the other."""
    keras.utils.clear_session(free_memory=False)
    model = keras.Sequential([keras.Input(shape), *chain])
    set_live_weights(model)
    return model


def model_of_each(candidates, shape, before=()):
    """Many layers, each by itself behind the same others: one model takes a fraction of the time of many."""
    given = x = keras.Input(shape)
    for layer in before:
        x = layer(x)
    model = keras.Model(given, [layer(x) for layer in candidates])
    set_live_weights(model)
    return model


def convolved(channels):
    """A layer behind which tensors are stored in ONNX's order."""
    return keras.layers.Conv2D(channels, 1, data_format="channels_last", name="convolved")


def picture_shape(data_format, sides, channels):
    return (*sides, channels) if data_format == "channels_last" else (channels, *sides)
