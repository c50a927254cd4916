"""Pieces that several networks share."""

from collections.abc import Sequence

import keras
from keras import layers


def channel_axis() -> int:
    """Position of the channels in a batch of feature maps, by Keras' data format at this moment."""
    return 1 if keras.config.image_data_format() == "channels_first" else 3


def by_axis(shape: Sequence[int | None]) -> Sequence[int | None]:
    """Rows, columns and channels of a picture's shape in Keras' data format."""
    return (shape[1], shape[2], shape[0]) if channel_axis() == 1 else shape


def pooled_top(x: keras.KerasTensor, classes: int, activation: object) -> keras.KerasTensor:
    """Global average pooling and one dense layer: (N, H, W, C) -> (N, classes), for pictures of any size."""
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return layers.Dense(classes, activation=activation, name="predictions")(x)
