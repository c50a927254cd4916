"""Trains a small classifier, or goes on where a process before was killed: ``test_killed_and_resumed``.

It begins when it gets a line, says each epoch, and writes all variables and the history.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np

from tests.transfer.classifier.classes import classifier, coloured

EPOCHS = 25  # of the head, and as many of fine-tuning


def tell(epoch: int, logs: object) -> None:
    sys.stdout.write(f"{epoch}\n")
    sys.stdout.flush()


def train(out: Path) -> None:
    """Both stages, with all that is drawn at random."""
    said = keras.callbacks.LambdaCallback(on_epoch_begin=tell)
    found = classifier(epochs=EPOCHS, augment=2, dropout=0.3, early_stopping=EPOCHS, seed=5)
    found.fit(*coloured(45), validation=coloured(15, seed=1), resume=True, callbacks=[said])
    found.fine_tune("conv_2", epochs=EPOCHS, learning_rate=1e-3, resume=True, callbacks=[said])
    variables = [keras.ops.convert_to_numpy(variable) for variable in found.model_.variables]
    np.savez(out, *variables, history=json.dumps(found.history))


if __name__ == "__main__":
    sys.stdin.readline()
    train(Path(sys.argv[1]))
