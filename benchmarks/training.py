"""Seconds of a training step of all layers, on 16 pictures of 224 pixels, on the backend of KERAS_BACKEND.

In turn with ResNet50, which the network may take four times as long as.
"""

from functools import partial

import keras
import numpy as np

from amalthea.architectures import get_model
from benchmarks.measure import in_turn, measure_models, median_ratio, summary

BATCH, SIDE = 16, 224
YARDSTICK = "ResNet50"


def _row(name: str, rounds: int) -> dict[str, object]:
    keras.utils.clear_session()
    seconds = in_turn({"step": _step(name), YARDSTICK: _step(YARDSTICK)}, rounds)
    row: dict[str, object] = {"model": name, **{what: summary(times) for what, times in seconds.items()}}
    row[f"step / {YARDSTICK}"] = median_ratio(seconds["step"], seconds[YARDSTICK])
    return row


def _step(name: str) -> partial:
    """One step of gradient descent on the same pictures again."""
    data_format = keras.config.image_data_format()
    shape = (SIDE, SIDE, 3) if data_format == "channels_last" else (3, SIDE, SIDE)
    model = get_model(name, weights=None, input_shape=shape)
    model.compile(keras.optimizers.SGD(1e-3), "sparse_categorical_crossentropy")
    generator = np.random.default_rng(0)
    pictures = generator.uniform(-1, 1, (BATCH, *shape)).astype("float32")
    return partial(model.train_on_batch, pictures, generator.integers(0, 1000, BATCH))


if __name__ == "__main__":
    measure_models("training", __doc__, _row, rounds=5, without=(YARDSTICK,))
