"""What the tutorials do, in plain Keras of today at its fastest: every picture is decoded once and kept in memory."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import keras
import numpy as np

SIDE, BATCH, EPOCHS = 150, 20, 30
RUN = 2  # epochs of those that cost the same each time
TUNING_RATE = 1e-7  # a step costs the same whatever its size, and with the tutorials' 1e-4 random weights diverge


class Task(NamedTuple):
    """A network and what is done with it.

    Attributes:
        name: of the network.
        module: of ``keras.applications`` that holds its scaling.
        pooling: of its last feature map; None flattens it, as the tutorials do with VGG16.
        from_layer: where fine-tuning begins.
    """

    name: str
    module: str
    pooling: str | None
    from_layer: str


TASKS = {
    "VGG16": Task("VGG16", "vgg16", None, "block5_conv1"),
    "MobileNetV2": Task("MobileNetV2", "mobilenet_v2", "avg", "block_16_expand"),
    "ResNet50": Task("ResNet50", "resnet50", "avg", "conv5_block1_1_conv"),
}


class Clock(keras.callbacks.Callback):
    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.ends.append(time.perf_counter())


def base_of(task: Task, weights: Path | None) -> keras.Model:
    """The network without its classifier."""
    build = getattr(keras.applications, task.name)
    return build(weights=weights, include_top=False, pooling=task.pooling, input_shape=(SIDE, SIDE, 3))


def arrays(task: Task, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Scaled pictures, (N, SIDE, SIDE, 3), and labels, (N,), of a folder with one folder a class."""
    read = keras.utils.image_dataset_from_directory
    batches = read(folder, image_size=(SIDE, SIDE), interpolation="nearest", shuffle=False, verbose=False)
    pictures, labels = zip(*((x.numpy(), y.numpy()) for x, y in batches), strict=True)
    scale = getattr(keras.applications, task.module).preprocess_input
    return scale(np.concatenate(pictures)), np.concatenate(labels)


def fit_together(task: Task, weights: Path, folder: Path) -> float:
    """Seconds for a head and its frozen base, which computes every picture in every epoch."""
    start = time.perf_counter()
    base = base_of(task, weights)
    base.trainable = False
    model = keras.Sequential([base, *tutorial_head()])
    return _projected(start, model, keras.optimizers.RMSprop(2e-5), task, folder)


def extract_then_fit(task: Task, weights: Path, folder: Path) -> float:
    """Seconds for features by ``predict``, and a head that learns from them."""
    start = time.perf_counter()
    base = base_of(task, weights)
    data = [arrays(task, folder / part) for part in ("train", "validation")]
    (x, y), validation = ((base.predict(pictures, verbose=0), labels) for pictures, labels in data)
    model = keras.Sequential([keras.Input(base.output_shape[1:]), *tutorial_head()])
    model.compile(keras.optimizers.RMSprop(2e-5), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, validation_data=validation, verbose=0)
    return time.perf_counter() - start


def fine_tune(task: Task, weights: Path, folder: Path) -> float:
    """Seconds for the last layers with a head; that this one is untrained costs no time."""
    start = time.perf_counter()
    base = frozen_before(task, base_of(task, weights))
    model = keras.Sequential([base, *tutorial_head()])
    return _projected(start, model, keras.optimizers.SGD(TUNING_RATE, momentum=0.9), task, folder)


def frozen_before(task: Task, base: keras.Model) -> keras.Model:
    """The network, of which only the last layers will train, without their batch normalisation."""
    first = [layer.name for layer in base.layers].index(task.from_layer)
    for number, layer in enumerate(base.layers):
        layer.trainable = number >= first and not isinstance(layer, keras.layers.BatchNormalization)
    return base


def projected(first: float, others: list[float]) -> float:
    """Seconds for EPOCHS epochs, from those until the end of the first and of some further ones."""
    return first + (EPOCHS - 1) * median(others)


def tutorial_head() -> list[keras.Layer]:
    """The tutorials': 256 units, dropout, one sigmoid."""
    layers = keras.layers
    return [
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(1, activation="sigmoid"),
    ]


def _projected(start: float, model: keras.Model, optimizer: object, task: Task, folder: Path) -> float:
    (x, y), validation = (arrays(task, folder / part) for part in ("train", "validation"))
    clock = Clock()
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=BATCH, epochs=RUN, validation_data=validation, callbacks=[clock], verbose=0)
    return projected(clock.ends[0] - start, np.diff(clock.ends).tolist())


def told_in_turn(contenders: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Seconds that each call tells, A B A B …, so that a drifting machine drifts for all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            keras.utils.clear_session()
            seconds[name].append(call())
    return seconds
