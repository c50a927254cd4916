"""Seconds to fill a built network from a weight file, ours against Keras, on the backend of KERAS_BACKEND."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from amalthea.architectures import get_model
from amalthea.weights import load_weights
from benchmarks.measure import in_turn, measure_models, median_ratio, summary

FORMATS = (".h5", ".weights.h5")  # of Keras 2 and of Keras 3


def _row(name: str, rounds: int) -> dict[str, object]:
    model = get_model(name, weights=None)
    row: dict[str, object] = {"model": name}
    with TemporaryDirectory() as folder:
        for suffix in FORMATS:
            file = Path(folder, f"file{suffix}")
            model.save_weights(file) if suffix == ".weights.h5" else model.save(file)
            contenders = {
                "amalthea": partial(load_weights, model.layers, file),
                "keras": partial(model.load_weights, file),
            }
            seconds = in_turn(contenders, rounds)
            row |= {f"{who}, {suffix}": summary(times) for who, times in seconds.items()}
            row[f"keras / amalthea, {suffix}"] = median_ratio(seconds["keras"], seconds["amalthea"])
    return row


if __name__ == "__main__":
    measure_models("loading", __doc__, _row, rounds=5)
