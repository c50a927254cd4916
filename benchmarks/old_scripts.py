"""What ``amalthea run`` costs: seconds until a script has its imports, and of an epoch of ``fit_generator``.

Also whether a script that sets NumPy's seed says the same twice. Needs a backend that trains, the pets of the shared
data, and for the second comparison Keras' own generator, which Keras 3 still has for ``tf.keras``.
"""

import argparse
import os
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
OLD = "history = model.fit_generator(flow, len(flow), epochs=3, verbose=0)\nprint(history.history['loss'])\n"
NEW = "history = model.fit(flow, epochs=3, verbose=0)\nprint(history.history['loss'])\n"
PLAIN, RUN = "import keras", "amalthea run, a script with two imports of Keras"
OURS, KERAS = "amalthea run, three epochs of fit_generator", "Keras with its own generator, three epochs of fit"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        scripts = {name: Path(folder, f"{name}.py") for name in ("empty", "imports", "ours", "keras_itself")}
        texts = ("", IMPORTS, WITH_OURS + NETWORK + OLD, WITH_KERAS + NETWORK + NEW)
        for path, text in zip(scripts.values(), texts, strict=True):
            path.write_text(text, encoding="utf-8")
        run = ["-m", "amalthea", "run"]
        commands = {
            PLAIN: ["-c", "import keras"],
            "python, the same script": [scripts["imports"]],
            "amalthea run, an empty script": [*run, scripts["empty"]],
            RUN: [*run, scripts["imports"]],
            OURS: [*run, scripts["ours"], DATA / "pets" / "train"],
            KERAS: [scripts["keras_itself"], DATA / "pets" / "train"],
        }
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}

        def call(arguments: list[str | Path]) -> str:
            command = [sys.executable, *arguments]
            return subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout

        seconds = in_turn({name: lambda each=each: call(each) for name, each in commands.items()}, rounds)
        repeated = call(commands[OURS]) == call(commands[OURS])
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


if __name__ == "__main__":
    main()
