"""Models of a few layers, for the tests of their converters."""

import keras

from tests.live_weights import set_live_weights

FORMATS = ["channels_last"] if keras.config.backend() == "openvino" else ["channels_last", "channels_first"]
PADDINGS = ["valid", "same"]


def model_of(*chain, shape):
    keras.utils.clear_session()
    model = keras.Sequential([keras.Input(shape), *chain])
    set_live_weights(model)
    return model


def picture_shape(data_format, sides, channels):
    return (*sides, channels) if data_format == "channels_last" else (channels, *sides)
