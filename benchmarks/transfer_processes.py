"""What a new process does for ``benchmarks.transfer``; it prints what it measured as JSON.

``python -m benchmarks.transfer_processes MODE ARGUMENT…``, where MODE is the name of a function here.
"""

import json
import sys
import time
from pathlib import Path

start = time.perf_counter()

import keras  # noqa: E402 - its import is measured

imported = time.perf_counter()

import numpy as np  # noqa: E402

from amalthea.transfer import ImageClassifier  # noqa: E402
from amalthea.transfer.classifier import learning  # noqa: E402

BLOCKS, EPOCHS = 1, 5  # of fine-tuning


def until_training(name: str, weights: str, side: str, folder: str) -> None:
    """From Keras imported to where the first training step would be."""

    def told(*_: object) -> None:
        print(json.dumps({"import": imported - start, "until training": time.perf_counter() - imported}))
        raise SystemExit

    learning.train = told
    train, validation = _parts(folder)
    ImageClassifier(name, weights=weights, image_size=int(side)).fit(train, validation=validation)


def defaults(folder: str, name: str, alpha: str, weights: str) -> None:
    """A classifier with the settings of a newcomer, then with its last block fine-tuned."""
    begin = time.perf_counter()
    classifier = ImageClassifier(name, weights=weights, alpha=float(alpha) if alpha else None)
    train, validation = _parts(folder)
    classifier.fit(train, validation=validation)
    told = {"seconds": time.perf_counter() - begin, "accuracy": classifier.score(validation)}
    classifier.fine_tune(blocks=BLOCKS, epochs=EPOCHS)
    print(json.dumps(told | {"fine-tuned": classifier.score(validation)}))


def plain(folder: str, alpha: str, weights: str) -> None:
    """MobileNet in plain Keras, as its tutorials have it: each of ten epochs computes the base for all pictures."""
    begin = time.perf_counter()
    full = keras.applications.MobileNet(alpha=float(alpha), weights=weights)
    base = keras.applications.MobileNet(alpha=float(alpha), weights=None, include_top=False, input_shape=(224, 224, 3))
    base.set_weights(full.get_weights()[:-2])
    base.trainable = False
    layers = keras.layers
    head = [layers.GlobalAveragePooling2D(), layers.Dropout(0.5), layers.Dense(3, activation="softmax")]
    model = keras.Sequential([base, *head])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    (x, y), validation = map(_arrays, _parts(folder))
    history = model.fit(x, y, batch_size=20, epochs=10, validation_data=validation, verbose=0).history
    print(json.dumps({"seconds": time.perf_counter() - begin, "accuracy": history["val_accuracy"][-1]}))


def _parts(folder: str) -> tuple[Path, Path]:
    return Path(folder, "train"), Path(folder, "validation")


def _arrays(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    read = keras.utils.image_dataset_from_directory
    batches = read(folder, image_size=(224, 224), interpolation="nearest", shuffle=False, verbose=False)
    pictures, labels = zip(*((x.numpy(), y.numpy()) for x, y in batches), strict=True)
    return keras.applications.mobilenet.preprocess_input(np.concatenate(pictures)), np.concatenate(labels)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
