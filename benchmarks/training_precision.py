"""Steps of the last blocks of two networks in float32 and in bfloat16: pictures a second, from cached features on.

Random weights and features; of each training the first epoch, in which the backend compiles its steps, does not count.
"""

import argparse
import json
import time
from statistics import median

import keras
import numpy as np

from amalthea import get_model
from amalthea.transfer.cutting import divide, freeze_before
from amalthea.transfer.training.head import Head, attach
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from benchmarks.measure import write

NETWORKS = {"VGG16": (1, 150, {}), "MobileNet": (2, 224, {"alpha": 0.75})}  # blocks that train, and pixels of a side
PICTURES, BATCH, EPOCHS = 160, 20, 4


class Rows:
    """Features in memory."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    def take(self, indices: np.ndarray) -> list[np.ndarray]:
        return [self.array[indices]]


class Clock(keras.callbacks.Callback):
    """Seconds of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.begun = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.seconds.append(time.perf_counter() - self.begun)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    rows = []
    for name in NETWORKS:
        rows.append(row(name, options.rounds))
        print(json.dumps(rows[-1]), flush=True)
    write(
        f"training-precision-{keras.config.backend()}",
        rows,
        printed=False,
        unit="pictures a second",
        rounds=options.rounds,
    )


def row(name: str, rounds: int) -> dict[str, object]:
    """One training in each precision, in turn."""
    blocks, side, arguments = NETWORKS[name]
    base = get_model(name, weights=None, include_top=False, input_shape=(side, side, 3), **arguments)
    model = attach(base, None, Head(classes=2))
    freeze_before(model, blocks=blocks, variant=name)
    _, suffix = divide(model)
    shape = (PICTURES, *suffix.input_shape[1:])
    features, labels = Rows(np.random.default_rng(0).random(shape, np.float32)), np.arange(PICTURES) % 2
    seconds: dict[str, list[float]] = {"float32": [], "bfloat16": []}
    for _ in range(rounds):
        for precision, found in seconds.items():
            clock = Clock()
            settings = {"optimizer": "sgd", "learning_rate": 1e-5, "epochs": EPOCHS, "batch_size": BATCH}
            train(suffix, features, labels, None, Training(precision=precision, callbacks=[clock], **settings))
            found += clock.seconds[1:]
    speeds = {precision: round(PICTURES / median(found), 1) for precision, found in seconds.items()}
    return {"model": name, "blocks": blocks, **speeds}


if __name__ == "__main__":
    main()
