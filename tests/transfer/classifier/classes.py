"""Pictures that are easy to tell apart, and small networks to tell them apart with."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from PIL import Image

from amalthea.transfer import ImageClassifier
from tests.live_weights import set_live_weights

COLOURS = {"blue": (40, 60, 200), "green": (50, 190, 60), "red": (210, 50, 40)}


def coloured(count: int, side: int = 32, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Noisy pictures of one colour each, (count, side, side, 3), and the names of the colours, in turn."""
    names = [list(COLOURS)[number % len(COLOURS)] for number in range(count)]
    means = np.array([COLOURS[name] for name in names], np.float32)[:, None, None]
    noise = np.random.default_rng(seed).normal(0, 40, (count, side, side, 3))
    return (means + noise).clip(0, 255).astype(np.uint8), names


def write_coloured(folder: Path, count: int, seed: int = 0) -> Path:
    """The same as files, in one sub-folder a colour."""
    for number, (picture, name) in enumerate(zip(*coloured(count, seed=seed), strict=True)):
        path = folder / name / f"{number:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)
    return folder


def small_network(data_format: str = "channels_last", trainable: bool = False) -> keras.Model:
    """Two convolutions with live weights; takes pictures of 32 × 32 pixels."""
    layers = keras.layers
    shape = (32, 32, 3) if data_format == "channels_last" else (3, 32, 32)
    axis = -1 if data_format == "channels_last" else 1
    picture = keras.Input(shape)
    x = layers.Conv2D(8, 3, strides=2, data_format=data_format, name="conv_1")(picture)
    x = layers.BatchNormalization(axis=axis, name="bn_1")(x)
    x = layers.ReLU(name="relu_1")(x)
    x = layers.Conv2D(16, 3, strides=2, activation="relu", data_format=data_format, name="conv_2")(x)
    network = keras.Model(picture, x, name="small")
    set_live_weights(network)
    network.trainable = trainable
    return network


def classifier(**parameters: Any) -> ImageClassifier:
    """One for these pictures, that learns them in seconds."""
    return ImageClassifier(
        **{"model": small_network(), "scaling": "tf", "learning_rate": 0.01, "epochs": 8, **parameters}
    )


def weights(model: keras.Model) -> dict[str, np.ndarray]:
    """All numbers of a model."""
    return {variable.path: keras.ops.convert_to_numpy(variable) for variable in model.weights}


def moved(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> set[str]:
    """Names of the layers whose weights differ."""
    return {path.split("/")[0] for path in after if not np.array_equal(before[path], after[path])}
