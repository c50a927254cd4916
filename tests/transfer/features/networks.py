"""A small network, and pictures for it."""

from pathlib import Path

import keras
import numpy as np
from PIL import Image

from amalthea import _keras
from amalthea.catalog import scaling_steps
from amalthea.images import Preparation
from tests.live_weights import set_live_weights

SIZE = (32, 24)
PREPARATION = Preparation(size=SIZE, scaling=scaling_steps("tf"))


def small_network(seed: int = 0, filters: int = 8, data_format: str = "channels_last") -> keras.Model:
    """From pictures to feature maps of (16, 12, filters), with live weights; its names are never the same."""
    layers = keras.layers
    picture = keras.Input((*SIZE, 3) if data_format == "channels_last" else (3, *SIZE))
    x = layers.Conv2D(filters, 3, strides=2, padding="same", data_format=data_format)(picture)
    x = layers.ReLU()(layers.BatchNormalization(axis=-1 if data_format == "channels_last" else 1)(x))
    model = keras.Model(picture, layers.Conv2D(filters, 1, data_format=data_format)(x))
    set_live_weights(model, seed)
    _keras.pin_openvino_precision()  # of predict, with whose answers features are compared
    return model


def picture_files(folder: Path, count: int, seed: int = 0, size: tuple[int, int] = (40, 30)) -> list[Path]:
    """Files that all differ."""
    folder.mkdir(exist_ok=True, parents=True)
    generator = np.random.default_rng(seed)
    paths = [folder / f"{number:05}.png" for number in range(count)]
    for path in paths:
        Image.fromarray(generator.integers(0, 256, (*size, 3), np.uint8)).save(path, compress_level=1)
    return paths
