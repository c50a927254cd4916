"""Finds the pictures of a folder, extracts their features and reads them all; writes by how much memory grew at most.

``python -m tests.transfer.features.extraction_memory FOLDER [FILTERS]``; 192 numbers a picture and filter are kept.
What counts is anonymous memory, above that after the first pictures. It is without the files behind mapped features:
their pages are the operating system's, which takes them back when it likes.
"""

import os
import re
import sys
import threading
from itertools import islice
from pathlib import Path

from amalthea.transfer.classifier.labelled import pictures_of
from amalthea.transfer.features.extraction import extract
from tests.transfer.features.networks import PREPARATION, small_network

BATCH = 50


def anonymous_memory() -> int:
    """Bytes."""
    [kibibytes] = re.findall(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(kibibytes) * 1024


def main(folder: str, filters: str = "64") -> None:
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.01):
            peak = max(peak, anonymous_memory())

    network = small_network(filters=int(filters))
    with os.scandir(folder) as entries:
        extract(network, [entry.path for entry in islice(entries, BATCH)], PREPARATION)
    start = anonymous_memory()
    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(2):
        features = extract(network, pictures_of(folder), PREPARATION).features
        for first in range(0, len(features), BATCH):
            features.take(range(first, min(first + BATCH, len(features))))
    done.set()
    watcher.join()
    sys.stdout.write(f"{features.nbytes} {peak - start}")


if __name__ == "__main__":
    main(*sys.argv[1:])
