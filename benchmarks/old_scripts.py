"""What ``amalthea run`` costs: seconds until a script has its imports, and of three epochs of ``fit_generator``.

The epochs are timed inside the scripts, whose starting is the other comparison. Also whether a script that sets NumPy's
seed says the same twice. Needs a backend that trains, the pets of the shared data, and for the second comparison Keras'
own generator, which Keras 3 still has for ``tf.keras``.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import in_turn, median_ratio, summary, write
from benchmarks.pets import DATA

IMPORTS = "from keras.models import Sequential\nfrom keras.layers import Dense\n"
NETWORK = """
model = Sequential()
model.add(Conv2D(8, (3, 3), input_shape=(64, 64, 3), activation="relu"))
model.add(MaxPooling2D((4, 4)))
model.add(Flatten())
model.add(Dropout(0.5))
model.add(Dense(3, activation="softmax"))
model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
pictures = ImageDataGenerator(rescale=1 / 255, rotation_range=20, zoom_range=0.2, horizontal_flip=True)
flow = pictures.flow_from_directory(sys.argv[1], target_size=(64, 64), batch_size=16)
"""
WITH_OURS = """
import sys
import numpy as np
from keras.models import Sequential
from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.preprocessing.image import ImageDataGenerator
np.random.seed(7)
"""
WITH_KERAS = WITH_OURS.replace("keras.preprocessing.image", "keras.src.legacy.preprocessing.image")
TIMED = """
import time
begun = time.perf_counter()
history = model.{}
print(history.history["loss"])
print("fitted in", time.perf_counter() - begun, file=sys.stderr)
"""
OLD = TIMED.format("fit_generator(flow, len(flow), epochs=3, verbose=0)")
NEW = TIMED.format("fit(flow, epochs=3, verbose=0)")
PLAIN, RUN = "import keras", "amalthea run, a script with two imports of Keras"
OURS, KERAS = "amalthea run, three epochs of fit_generator", "Keras with its own generator, three epochs of fit"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        commands = commands_in(Path(folder))
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
        fitted: dict[str, list[float]] = {name: [] for name in commands}

        def call(name: str) -> str:
            command = [sys.executable, *commands[name]]
            done = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
            fitted[name].extend(map(float, re.findall(r"^fitted in (\S+)$", done.stderr, re.MULTILINE)))
            return done.stdout

        seconds = in_turn({name: lambda name=name: call(name) for name in commands}, rounds)
        seconds |= {name: fitted[name][1:] for name in (OURS, KERAS)}  # the first round does not count
        repeated = call(OURS) == call(OURS)
    rows: list[dict[str, object]] = [{"process": name, **summary(times)} for name, times in seconds.items()]
    more = sorted(ours - plain for ours, plain in zip(seconds[RUN], seconds[PLAIN], strict=True))[rounds // 2]
    write(
        "old-scripts",
        rows,
        unit="seconds",
        rounds=rounds,
        seconds_more_than_import_keras=round(more, 3),
        keras_over_ours=median_ratio(seconds[KERAS], seconds[OURS]),
        same_history_twice=repeated,
    )


def commands_in(folder: Path) -> dict[str, list[str | Path]]:
    """Arguments of Python by what they measure; their scripts are written into a folder."""
    scripts = {name: folder / f"{name}.py" for name in ("empty", "imports", "ours", "keras_itself")}
    texts = ("", IMPORTS, WITH_OURS + NETWORK + OLD, WITH_KERAS + NETWORK + NEW)
    for path, text in zip(scripts.values(), texts, strict=True):
        path.write_text(text, encoding="utf-8")
    run = ["-m", "amalthea", "run"]
    return {
        PLAIN: ["-c", "import keras"],
        "python, the same script": [scripts["imports"]],
        "amalthea run, an empty script": [*run, scripts["empty"]],
        RUN: [*run, scripts["imports"]],
        OURS: [*run, scripts["ours"], DATA / "pets" / "train"],
        KERAS: [scripts["keras_itself"], DATA / "pets" / "train"],
    }


if __name__ == "__main__":
    main()
