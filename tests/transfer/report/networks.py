"""A network that is built, trained and saved in no time."""

import keras
from keras import layers

from tests.live_weights import set_live_weights


def small_network(side: int = 32) -> keras.Model:
    """Two convolutions with live weights, frozen."""
    image = keras.Input((side, side, 3), name="report_image")
    x = layers.Conv2D(8, 3, strides=2, activation="relu", name="report_first")(image)
    x = layers.Conv2D(8, 3, strides=2, activation="relu", name="report_last")(x)
    network = keras.Model(image, x, name="small")
    set_live_weights(network)
    network.trainable = False
    return network
