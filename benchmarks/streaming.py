"""Memory and features of many pictures: does what is kept in memory grow with the data set?

Each count in a process of its own, with an empty cache: tiny JPEG files, no two alike, are found in their folder and
cross a small network, and all features are read back twice. What counts is memory that the process has to itself at its
peak, above that after the first pictures; the pages of mapped files are the operating system's. ``python -m
benchmarks.streaming``, 100,000 files take some minutes.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from benchmarks.measure import write

SIDE = 16  # pixels of the files
FILTERS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    options = parser.parse_args()
    write("streaming", [_row(count) for count in options.counts], unit="MB")


def _make_pictures(folder: Path, count: int) -> None:
    numbers = np.random.default_rng(0)
    for number in range(count):
        pixels = numbers.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:06}.jpg")


def _row(count: int) -> dict[str, object]:
    with TemporaryDirectory() as folder, TemporaryDirectory() as cache:
        _make_pictures(Path(folder), count)
        start = time.perf_counter()
        told = subprocess.run(
            [sys.executable, "-m", "tests.transfer.features.extraction_memory", folder, str(FILTERS)],
            check=True,
            env={**os.environ, "AMALTHEA_CACHE": cache},
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        seconds = round(time.perf_counter() - start)
    features, memory = (round(int(number) / 1e6, 1) for number in told.split())
    return {"pictures": count, "features": features, "memory": memory, "seconds": seconds}


if __name__ == "__main__":
    main()
