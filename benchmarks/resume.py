"""Trainings that are killed at random points and resumed: do they end with the same weights?

``python -m benchmarks.resume [--kills 20]``, on the backend of KERAS_BACKEND: ``amalthea train`` of MobileNet 0.25 on
the pets, head and last two blocks. The same command, with ``--resume``, is killed a few times in a row, each time some
seconds after its epochs begin, until it may end; then all variables are compared with those of a run that nobody
killed. ``Head 12`` means that twelve epochs of the head were kept when it was killed.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import keras
import numpy as np

from benchmarks import measure
from benchmarks.pets import DATA

WEIGHTS = DATA / "weights" / "mobilenet_2_5_224_tf.h5"
IN_A_ROW = 5
PART = 0.5  # of the time that all epochs take, within which each kill comes: most come early enough for another one
EPOCHS, TUNING = 40, 15
UNIT = "seconds after the epochs began, kill after kill of a training that is resumed each time"


def command(out: Path, *more: str) -> list[str]:
    network = ["--model", "MobileNet", "--alpha", "0.25", "--weights", str(WEIGHTS)]
    epochs = ["--epochs", str(EPOCHS), "--fine-tune", "2", "--fine-tune-epochs", str(TUNING)]
    pictures = [str(DATA / "pets" / "train"), "--validation", str(DATA / "pets" / "validation")]
    return [sys.executable, "-m", "amalthea", "train", *pictures, *network, *epochs, *more, "--out", str(out)]


def variables(path: Path) -> list[np.ndarray]:
    model = keras.saving.load_model(path, compile=False)
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in model.variables]


def run(out: Path, seconds: float | None = None) -> tuple[str, float, bool]:
    """Resume the training, and kill it that long after its epochs begin; None: never.

    Returns:
        What was kept before, how many seconds the epochs took until the end, and whether it was killed.
    """
    with subprocess.Popen(
        command(out, "--resume"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        kept = kept_before(process.stderr)
        begun, killed = time.perf_counter(), False
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            killed = True
        passed = time.perf_counter() - begun
    assert killed or process.returncode == 0, f"{out} could not be trained"
    return kept, passed, killed


def kept_before(lines: Iterable[str]) -> str:
    """Which epoch the command goes on after, as soon as it says so, right before it trains."""
    for line in lines:
        stage, _, told = line.partition(": ")
        if stage in ("Head", "Fine-tuning") and not told.startswith("was done"):
            epoch = re.match(r"goes on after epoch (\d+) of", told)
            return f"{stage} {epoch[1] if epoch else 0}"
    return "all"


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
        _, seconds, _ = run(whole)
        wanted, kills = variables(whole), 0
        while kills < options.kills:
            clear()
            points: list[float] = []
            kept: list[str] = []  # found by the run after each kill
            for _ in range(min(IN_A_ROW, options.kills - kills)):
                found, passed, killed = run(out, float(generator.uniform(0, PART)) * seconds)
                kept.append(found)
                if not killed:
                    break
                points.append(round(passed, 2))
            else:
                kept.append(run(out)[0])
            kills += len(points)
            different = max(float(np.abs(a - b).max()) for a, b in zip(wanted, variables(out), strict=True))
            rows.append(
                {
                    "killed after": ", ".join(map(str, points)),
                    "kept by then": ", ".join(kept[1:]),
                    "largest difference of a weight": different,
                }
            )
            print(rows[-1], flush=True)
    measure.write(f"resume-{keras.config.backend()}", rows, printed=False, unit=UNIT, kills=kills)


def clear() -> None:
    subprocess.run([sys.executable, "-m", "amalthea", "cache", "--clear", "trainings"], check=True, capture_output=True)


if __name__ == "__main__":
    main()
