"""A network that trains in no time, and pictures that tell by their numbers which they are."""

import keras
import numpy as np

from amalthea import _keras

COUNT = 10
PICTURES = np.arange(COUNT, dtype=np.float32)[:, None, None, None] * np.ones((4, 4, 3), np.float32)
LABELS = np.arange(COUNT, dtype=np.float32) / COUNT


def network(learning_rate: float = 1e-4) -> keras.Model:
    """The mean of a picture times one number, which learns."""
    _keras.pin_openvino_precision()
    picture = keras.Input((4, 4, 3))
    mean = keras.layers.GlobalAveragePooling2D()(picture)
    model = keras.Model(picture, keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(mean))
    model.compile(optimizer=keras.optimizers.SGD(learning_rate), loss="mse", run_eagerly=True)
    return model
