"""Training on pictures that are augmented anew in each epoch, against plain Keras on TensorFlow with the generator of
keras-preprocessing 1.1.2, as the tutorials have it: every epoch reads, augments and computes all pictures.

2,000 pictures to train on and 1,000 to validate with, 150 pixels, live random weights; each contender begins with the
files, an empty cache, and a network that is not built yet. Two epochs are run, and the second stands for all others.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
from keras_preprocessing.image import DirectoryIterator, ImageDataGenerator

from amalthea.transfer.training.watching import Recorder
from benchmarks import plain_keras
from benchmarks.measure import write
from benchmarks.pets import make_pictures
from benchmarks.plain_keras import BATCH, RUN, SIDE, TASKS, Clock, Task, projected, told_in_turn, tutorial_head
from benchmarks.transfer import UNIT, Row, compared, empty_cache, precisions, tutorial_classifier, weight_file
from tests.transfer.features.extraction_memory import anonymous_memory

TUTORIAL = {"shear_range": 11.5, "zoom_range": 0.2, "horizontal_flip": True}  # degrees since Keras 2.1.3
MEMORY_EPOCHS, MEMORY_PICTURES, MEGABYTE = 50, 200, 10**6


def main() -> None:
    parts = {"head": head, "fine-tuning": fine_tuning, "memory": memory}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--models", nargs="+", choices=TASKS, default=["VGG16", "MobileNetV2"])
    parser.add_argument("--pictures", type=int, default=2000, help="to train on; half as many to validate with")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2, help="threads of the original generator")
    options = parser.parse_args()
    for part in options.parts:
        with TemporaryDirectory() as folder:
            count = MEMORY_PICTURES if part == "memory" else options.pictures
            rows, facts = parts[part](options, make_pictures(Path(folder, "pictures"), count))
            write(f"live-augmentation-{part}", rows, pictures=count, **facts)


def head(options: argparse.Namespace, pictures: Path) -> tuple[list[Row], Row]:
    """A frozen base and a new head."""
    return _rows(options, pictures, _plain_head, _fit)


def fine_tuning(options: argparse.Namespace, pictures: Path) -> tuple[list[Row], Row]:
    """The last layers together with the head."""
    return _rows(options, pictures, _plain_fine_tuning, _fine_tune)


def memory(options: argparse.Namespace, pictures: Path) -> tuple[list[Row], Row]:
    """Memory without mapped files while a head learns for many epochs, from the fifth on."""
    rows: list[Row] = []
    for task in map(TASKS.get, options.models):
        with weight_file(task) as weights, empty_cache(), _after_each_epoch(anonymous_memory) as bytes_:
            classifier = tutorial_classifier(task, weights, "float32", MEMORY_EPOCHS, augment="live")
            classifier.fit(pictures / "train", validation=pictures / "validation")
        least, greatest = (round(found / MEGABYTE) for found in (bytes_[4], max(bytes_[4:])))
        rows.append({"model": task.name, "after 5 epochs": least, f"most until {MEMORY_EPOCHS}": greatest})
    return rows, {"unit": "megabytes"}


def _rows(
    options: argparse.Namespace, pictures: Path, theirs: Callable[..., float], ours: Callable[..., float]
) -> tuple[list[Row], Row]:
    rows: list[Row] = []
    for task in map(TASKS.get, options.models):
        with weight_file(task) as weights:
            contenders = {
                "plain Keras": partial(theirs, task, weights, pictures, options.workers),
                **{who: partial(ours, task, weights, pictures, prec) for who, prec in precisions().items()},
            }
            rows.append(compared(task, told_in_turn(contenders, options.rounds)))
    return rows, {"unit": UNIT, "rounds": options.rounds}


class _Original(keras.utils.PyDataset):
    """The old iterator, which Keras 3 would not take as it is."""

    def __init__(self, iterator: DirectoryIterator, workers: int) -> None:
        super().__init__(workers=workers)
        self._iterator = iterator

    def __len__(self) -> int:
        return len(self._iterator)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        return self._iterator[index]

    def on_epoch_end(self) -> None:
        self._iterator.on_epoch_end()


def _plain_head(task: Task, weights: Path, pictures: Path, workers: int) -> float:
    start = time.perf_counter()
    base = plain_keras.base_of(task, weights)
    base.trainable = False
    return _plain(start, task, base, keras.optimizers.RMSprop(2e-5), pictures, workers)


def _plain_fine_tuning(task: Task, weights: Path, pictures: Path, workers: int) -> float:
    start = time.perf_counter()
    base = plain_keras.frozen_before(task, plain_keras.base_of(task, weights))
    return _plain(start, task, base, keras.optimizers.SGD(plain_keras.TUNING_RATE, momentum=0.9), pictures, workers)


def _plain(start: float, task: Task, base: keras.Model, optimizer: object, pictures: Path, workers: int) -> float:
    scale = getattr(keras.applications, task.module).preprocess_input

    def batches(part: str, **augmentation: object) -> _Original:
        generator = ImageDataGenerator(preprocessing_function=scale, **augmentation)
        folder = generator.flow_from_directory(
            pictures / part, target_size=(SIDE, SIDE), batch_size=BATCH, class_mode="binary"
        )
        return _Original(folder, workers)

    model = keras.Sequential([base, *tutorial_head()])
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    clock = Clock()
    training, validation = batches("train", **TUTORIAL), batches("validation")
    model.fit(training, epochs=RUN, validation_data=validation, callbacks=[clock], verbose=0)
    return projected(clock.ends[0] - start, np.diff(clock.ends).tolist())


def _fit(task: Task, weights: Path, pictures: Path, precision: str) -> float:
    with empty_cache(), _after_each_epoch(time.perf_counter) as ends:
        start = time.perf_counter()
        classifier = tutorial_classifier(task, weights, precision, RUN, augment="live")
        classifier.fit(pictures / "train", validation=pictures / "validation")
    return projected(ends[0] - start, np.diff(ends).tolist())


def _fine_tune(task: Task, weights: Path, pictures: Path, precision: str) -> float:
    """From a head on that was trained without augmentation, which is not counted."""
    classifier = tutorial_classifier(task, weights, precision, epochs=1)
    with empty_cache():
        classifier.fit(pictures / "train", validation=pictures / "validation")
    with empty_cache(), _after_each_epoch(time.perf_counter) as ends:
        start = time.perf_counter()
        classifier.set_params(augment="live").fine_tune(
            from_layer=task.from_layer, epochs=RUN, learning_rate=plain_keras.TUNING_RATE
        )
    return projected(ends[0] - start, np.diff(ends).tolist())


@contextmanager
def _after_each_epoch(told: Callable[[], float]) -> Iterator[list[float]]:
    """What a function says after each epoch of a classifier, which takes no callbacks."""
    found: list[float] = []
    original = Recorder.on_epoch_end

    def recorded(self: Recorder, *arguments: object) -> None:
        original(self, *arguments)
        found.append(told())

    Recorder.on_epoch_end = recorded
    try:
        yield found
    finally:
        Recorder.on_epoch_end = original


if __name__ == "__main__":
    main()
