"""Learns from live pictures for as many epochs as a number says; writes anonymous memory after each, in bytes.

``python -m tests.transfer.classifier.live_memory EPOCHS``.
"""

import sys

from amalthea.transfer.training.watching import Recorder
from tests.transfer.classifier.classes import classifier, coloured
from tests.transfer.features.extraction_memory import anonymous_memory


def main(epochs: str) -> None:
    original = Recorder.on_epoch_end

    def told(self: Recorder, *arguments: object) -> None:
        original(self, *arguments)
        sys.stdout.write(f"{anonymous_memory()}\n")

    Recorder.on_epoch_end = told
    pictures, names = coloured(120)
    classifier(augment="live", epochs=int(epochs)).fit(pictures, names, validation=coloured(30, seed=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
