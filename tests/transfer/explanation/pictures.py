"""Pictures to explain, and small classifiers for them."""

import keras
import numpy as np
from keras import layers

from amalthea import _keras
from amalthea.images import Picture
from tests.live_weights import set_live_weights

ROWS, COLUMNS = 8, 6


def noise(rows: int = ROWS, columns: int = COLUMNS, seed: int = 0) -> Picture:
    return np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), np.uint8)


def base(data_format: str = "channels_last", name: str = "base") -> keras.Model:
    """Two convolutions, whose feature maps have as many positions as the pictures."""
    shape = (ROWS, COLUMNS, 3) if data_format == "channels_last" else (3, ROWS, COLUMNS)
    settings = {"padding": "same", "activation": "relu", "data_format": data_format}
    image = keras.Input(shape, name=f"{name}_image")
    x = layers.Conv2D(5, 3, **settings, name=f"{name}_first")(image)
    return keras.Model(image, layers.Conv2D(4, 3, **settings, name=f"{name}_last")(x), name=name)


def classifier(*chain: keras.Layer, on: keras.Model | None = None, gain: float = 1.0) -> keras.Model:
    """Layers on a base, with live weights, those of the last one multiplied."""
    on = on or base()
    x = on.output
    for layer in chain:
        x = layer(x)
    model = keras.Model(on.input, x, name="small")
    set_live_weights(model)
    chain[-1].set_weights([gain * array for array in chain[-1].get_weights()])
    _keras.pin_openvino_precision()
    return model


def pooled(units: int = 3, activation: str = "softmax", data_format: str = "channels_last") -> list[keras.Layer]:
    """The usual head."""
    return [
        layers.GlobalAveragePooling2D(data_format=data_format, name="pool"),
        layers.Dense(units, activation=activation, name="scores"),
    ]


def feature_map(model: keras.Model, layer: str, picture: Picture) -> np.ndarray:
    """Of a picture scaled to [-1, 1], channels last; by Keras alone."""
    pixels = picture[None].astype(np.float32) / 127.5 - 1
    first = model.input_shape[1] == 3
    part = keras.Model(model.inputs[0], model.get_layer(layer).output)
    found = keras.ops.convert_to_numpy(part(pixels.transpose(0, 3, 1, 2) if first else pixels))[0]
    return found.transpose(1, 2, 0) if first else found


def as_map(strengths: np.ndarray) -> np.ndarray:
    """What speaks for a class, compared with the most."""
    positive = np.maximum(strengths, 0)
    return positive / positive.max()
