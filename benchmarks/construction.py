"""Seconds to build each network, ours against keras.applications, on the backend of KERAS_BACKEND.

Once with random weights, and once from a weight file that Keras wrote.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import keras

from amalthea.architectures import get_model
from benchmarks.measure import in_turn, measure_models, median_ratio, summary


def _row(name: str, rounds: int) -> dict[str, object]:
    builders = {"amalthea": partial(get_model, name), "keras": getattr(keras.applications, name, None)}
    builders = {who: build for who, build in builders.items() if build}
    row: dict[str, object] = {"model": name}
    with TemporaryDirectory() as folder:
        file = Path(folder, "weights.h5")
        keras.saving.save_model(builders.get("keras", builders["amalthea"])(weights=None), file)
        for weights, what in ((None, "random"), (str(file), "file")):
            contenders = {who: partial(build, weights=weights) for who, build in builders.items()}
            # clear_session collects the garbage of the network before, which another one would pay for otherwise
            seconds = in_turn(contenders, rounds, before=keras.utils.clear_session)
            row |= {f"{who}, {what}": summary(times) for who, times in seconds.items()}
            if "keras" in seconds:
                row[f"keras / amalthea, {what}"] = median_ratio(seconds["keras"], seconds["amalthea"])
    return row


if __name__ == "__main__":
    measure_models("construction", __doc__, _row, rounds=7)
