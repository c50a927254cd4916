"""Trainings that are killed at random points and resumed: do they end with the same weights?

``python -m benchmarks.resume [--kills 20]``, on the backend of KERAS_BACKEND: ``amalthea train`` of MobileNet 0.25 on
the pets, head and last two blocks. The same command, with ``--resume``, is killed a few times in a row, each time after
another part of its time, until it may end; then all variables are compared with those of a run that nobody killed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import keras
import numpy as np

from benchmarks import measure
from benchmarks.pets import DATA

WEIGHTS = DATA / "weights" / "mobilenet_2_5_224_tf.h5"
IN_A_ROW = 5
EPOCHS, TUNING = 40, 15
UNIT = "seconds, kill after kill of a training that is resumed each time"


def command(out: Path, *more: str) -> list[str]:
    network = ["--model", "MobileNet", "--alpha", "0.25", "--weights", str(WEIGHTS)]
    epochs = ["--epochs", str(EPOCHS), "--fine-tune", "2", "--fine-tune-epochs", str(TUNING)]
    pictures = [str(DATA / "pets" / "train"), "--validation", str(DATA / "pets" / "validation")]
    return [sys.executable, "-m", "amalthea", "train", *pictures, *network, *epochs, *more, "--out", str(out)]


def variables(path: Path) -> list[np.ndarray]:
    model = keras.saving.load_model(path, compile=False)
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in model.variables]


def killed(out: Path, seconds: float) -> bool:
    """Whether the command was killed after so many seconds, or had ended before."""
    with subprocess.Popen(command(out, "--resume"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
    return False


def resumed(out: Path) -> str:
    """What the command says of how it goes on."""
    answer = subprocess.run(command(out, "--resume"), check=True, capture_output=True, text=True)
    return " ".join(line for line in answer.stderr.splitlines() if line.startswith(("Head: ", "Fine-tuning: ")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    generator = np.random.default_rng(20)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AMALTHEA_CACHE"] = str(Path(folder, "cache"))
        whole, out = Path(folder, "whole.keras"), Path(folder, "resumed.keras")
        subprocess.run(command(whole), check=True, capture_output=True)  # extracts the features
        clear()
        begun = time.perf_counter()
        subprocess.run(command(whole), check=True, capture_output=True)
        seconds, wanted = time.perf_counter() - begun, variables(whole)
        kills = 0
        while kills < options.kills:
            clear()
            points = []
            for number in range(min(IN_A_ROW, options.kills - kills)):
                point, begun = float(generator.uniform(0.3, 1)) * seconds, time.perf_counter()
                if killed(out, point):
                    points.append(round(point, 2))
                elif number == 0:  # a whole training, on a machine that has less to do than before
                    seconds = time.perf_counter() - begun
            kills += len(points)
            said = resumed(out)
            different = max(float(np.abs(a - b).max()) for a, b in zip(wanted, variables(out), strict=True))
            rows.append({"killed after": str(points)[1:-1], "then": said, "largest difference of a weight": different})
            print(rows[-1], flush=True)
    measure.write(f"resume-{keras.config.backend()}", rows, printed=False, unit=UNIT, kills=kills)


def clear() -> None:
    subprocess.run([sys.executable, "-m", "amalthea", "cache", "--clear", "trainings"], check=True, capture_output=True)


if __name__ == "__main__":
    main()
