"""Seconds of whole processes that a newcomer starts: an import, a listing, a prediction that is not the first.

The first run of each, uncounted, fills the caches. What Keras does for the same answer runs on TensorFlow, where that
is installed, with the same weights from the same file.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from amalthea.apps.predict import DEMO
from benchmarks.measure import in_turn, median_ratio, summary, write

LOADED = "import amalthea\nprint(amalthea.load({file!r}).predict_images({cat!r})[0].classes[0].name)"
WITH_KERAS = """
import keras
import numpy as np
network = keras.applications.ResNet50(weights={weights!r})
picture = keras.utils.img_to_array(keras.utils.load_img({cat!r}, target_size=(224, 224)))
pixels = keras.applications.resnet50.preprocess_input(picture[np.newaxis])
print(network.predict(pixels, verbose=0)[0].argsort()[-5:])
"""
PREPARE = """
import sys
import amalthea
from amalthea.catalog import imagenet_classes
network = amalthea.get_model("ResNet50", weights=None)
network.save(sys.argv[1])
amalthea.save(network, sys.argv[2], classes=[known.name for known in imagenet_classes()])
"""
OURS, KERAS = "amalthea predict, ResNet50 (again)", "the same with Keras on TensorFlow"


def commands(folder: Path) -> dict[str, list[str]]:
    """Arguments of Python, by what they do."""
    weights, file = folder / "resnet50.h5", folder / "resnet50.onnx"
    subprocess.run([sys.executable, "-c", PREPARE, weights, file], check=True)
    words = {"weights": str(weights), "file": str(file), "cat": str(DEMO)}
    return {
        "python -c pass": ["-c", "pass"],
        "import amalthea": ["-c", "import amalthea"],
        "amalthea models": ["-m", "amalthea", "models"],
        "amalthea predict --demo (again)": ["-m", "amalthea", "predict", "--demo"],
        OURS: ["-m", "amalthea", "predict", str(DEMO), "--model", "ResNet50", "--weights", str(weights)],
        "amalthea.load and one prediction, ResNet50": ["-c", LOADED.format(**words)],
        KERAS: ["-c", WITH_KERAS.format(**words)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        found = commands(Path(folder))
        environment = {**os.environ, "AMALTHEA_CACHE": str(Path(folder, "cache")), "TF_CPP_MIN_LOG_LEVEL": "3"}
        if find_spec("tensorflow"):
            environment["KERAS_BACKEND"] = "tensorflow"
        else:
            del found[KERAS]

        def run(arguments: list[str]) -> None:
            subprocess.run([sys.executable, *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)

        seconds = in_turn({name: lambda each=each: run(each) for name, each in found.items()}, rounds)
    rows: list[dict[str, object]] = [{"process": name, **summary(times)} for name, times in seconds.items()]
    facts = {f"{KERAS} / {OURS}": median_ratio(seconds[KERAS], seconds[OURS])} if KERAS in seconds else {}
    write("startup", rows, unit="seconds", rounds=rounds, **facts)


if __name__ == "__main__":
    main()
