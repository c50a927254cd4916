"""Seconds to fill a built network from a weight file, ours against Keras, on the backend of KERAS_BACKEND."""

import argparse
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import keras

from amalthea.architectures import get_model
from amalthea.catalog import list_models
from amalthea.weights import load_weights
from benchmarks.measure import in_turn, median_ratio, summary, write

FORMATS = (".h5", ".weights.h5")  # of Keras 2 and of Keras 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="*", help="pattern of names")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rows = [_row(name, arguments.rounds) for name in list_models(arguments.models)]
    write(f"loading-{keras.config.backend()}", rows, unit="seconds", rounds=arguments.rounds)


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
    print(row, flush=True)
    return row


if __name__ == "__main__":
    main()
