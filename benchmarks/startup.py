"""Seconds of whole processes that a newcomer starts: an import, a listing, the second prediction.

The first run of each, uncounted, fills the caches.
"""

import argparse
import os
import subprocess
import sys
import tempfile

from benchmarks.measure import in_turn, summary, write

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import amalthea": ["-c", "import amalthea"],
    "amalthea models": ["-m", "amalthea", "models"],
    "amalthea predict --demo (again)": ["-m", "amalthea", "predict", "--demo"],
    "import keras, load, predict": [
        "-c",
        "from amalthea.applications.efficientnet_lite import EfficientNetLite0\n"
        "import numpy as np\n"
        "EfficientNetLite0().predict(np.zeros((1, 224, 224, 3), 'float32'), verbose=0)",
    ],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "AMALTHEA_CACHE": cache}

        def run(arguments: list[str]) -> None:
            subprocess.run([sys.executable, *arguments], check=True, env=environment, capture_output=True)

        calls = {name: lambda arguments=arguments: run(arguments) for name, arguments in COMMANDS.items()}
        seconds = in_turn(calls, rounds)
    rows: list[dict[str, object]] = [{"process": name, **summary(times)} for name, times in seconds.items()]
    write("startup", rows, unit="seconds", rounds=rounds)


if __name__ == "__main__":
    main()
