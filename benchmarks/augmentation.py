"""Augmented pictures a second, against keras-preprocessing 1.1.2, and Keras' layers and files of today on TensorFlow.

From arrays in memory with the parameters of the tutorials at 150 pixels, and from JPEG files to batches: the pets, and
pictures of 12 megapixels made from them.
"""

import argparse
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import keras
import keras_preprocessing.image as theirs
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image

from amalthea.images import PREVIEW, TUTORIAL, Augmentation, picture_batches
from amalthea.preprocessing import image as ours
from benchmarks.measure import in_turn, median_ratio, summary, write
from benchmarks.pets import make_pictures

Row = dict[str, object]
Contenders = dict[str, Callable[[], object]]

SIDE, BATCH = 150, 32
TRAINING = {"rescale": 1 / 255, "shear_range": 0.2, "zoom_range": 0.2, "horizontal_flip": True}
PARAMETERS: dict[str, tuple[dict[str, object], Augmentation]] = {
    "training": (TRAINING, TUTORIAL),
    "preview": ({**TRAINING, "rotation_range": 40, "width_shift_range": 0.2, "height_shift_range": 0.2}, PREVIEW),
}


def main() -> None:
    parts = {"arrays": from_arrays, "files": from_files}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--pictures", type=int, default=960)
    parser.add_argument("--large", type=int, default=32, help="pictures of 12 megapixels")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    cv2.setNumThreads(1)  # so that one thread of ours is one
    with TemporaryDirectory() as folder:
        pets = make_pictures(Path(folder, "pets"), options.pictures) / "train"
        for part in options.parts:
            write(f"augmentation-{part}", parts[part](options, pets), unit="pictures a second", rounds=options.rounds)


def from_arrays(options: argparse.Namespace, pets: Path) -> list[Row]:
    """Pictures that are in memory already, with each set of parameters."""
    paths = sorted(pets.rglob("*.jpg"))
    [(pictures, _)] = picture_batches(paths, size=SIDE, batch_size=len(paths)).epoch(0)
    rows = []
    for name, (parameters, augmentation) in PARAMETERS.items():
        contenders: Contenders = {
            "keras-preprocessing": partial(take, len(pictures), partial(flow, theirs, parameters, pictures)),
            "Keras' layers": partial(through_layers, layers_of(name), pictures),
        }
        for threads in (0, 2):
            told = f"{max(threads, 1)} threads" if threads else "1 thread"
            contenders[f"amalthea, old names, {told}"] = partial(
                take, len(pictures), partial(flow, ours, parameters, pictures, workers=threads)
            )
            contenders[f"amalthea, {told}"] = partial(
                take,
                len(pictures),
                lambda threads=threads, augmentation=augmentation: picture_batches(
                    pictures, augmentation=augmentation, scaling=1 / 255, batch_size=BATCH, workers=threads
                ).epoch(0),
            )
        rows.append({"parameters": name, **compared(contenders, len(pictures), options.rounds)})
    return rows


def from_files(options: argparse.Namespace, pets: Path) -> list[Row]:
    """Files to batches; the parameters are those of training, and two threads read."""
    large = make_large(pets, pets.parents[1] / "large", options.large)
    rows = []
    for name, folder in (("pets", pets), ("12 megapixels", large)):
        count = len(sorted(folder.rglob("*.jpg")))
        contenders: Contenders = {
            "keras-preprocessing": partial(take, count, partial(flow_from_directory, theirs, folder)),
            "amalthea, old names": partial(take, count, partial(flow_from_directory, ours, folder, workers=2)),
            **{
                f"amalthea, {how}": partial(take, count, partial(read, folder, how, TUTORIAL))
                for how in ("exact", "fast")
            },
        }
        plain: Contenders = {
            "image_dataset_from_directory": partial(take, count, partial(as_dataset, folder)),
            **{f"amalthea, {how}": partial(take, count, partial(read, folder, how, None)) for how in ("exact", "fast")},
        }
        rows.append({"pictures": f"{name}, augmented", **compared(contenders, count, options.rounds)})
        rows.append({"pictures": f"{name}, not augmented", **compared(plain, count, options.rounds)})
    return rows


def flow(module: object, parameters: dict[str, object], pictures: NDArray[np.float32], **options: object) -> Iterable:
    return module.ImageDataGenerator(**parameters).flow(pictures, batch_size=BATCH, **options)


def flow_from_directory(module: object, folder: Path, **options: object) -> Iterable:
    return module.ImageDataGenerator(**TRAINING).flow_from_directory(
        folder, target_size=(SIDE, SIDE), batch_size=BATCH, class_mode="binary", **options
    )


def read(folder: Path, decode: str, augmentation: Augmentation | None) -> Iterable:
    batches = picture_batches(
        folder, size=SIDE, decode=decode, augmentation=augmentation, batch_size=BATCH, shuffle=True, workers=2
    )
    return batches.epoch(0)


def as_dataset(folder: Path) -> Iterable:
    return keras.utils.image_dataset_from_directory(folder, image_size=(SIDE, SIDE), batch_size=BATCH, verbose=False)


def layers_of(parameters: str) -> keras.Sequential:
    """The layers of today that come nearest to the generator's parameters."""
    layers = [
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomShear(0.2, 0.2, fill_mode="nearest"),
        keras.layers.RandomZoom(0.2, 0.2, fill_mode="nearest"),
        keras.layers.Rescaling(1 / 255),
    ]
    if parameters == "preview":
        layers[1:1] = [
            keras.layers.RandomRotation(40 / 360, fill_mode="nearest"),
            keras.layers.RandomTranslation(0.2, 0.2, fill_mode="nearest"),
        ]
    return keras.Sequential(layers)


def through_layers(layers: keras.Sequential, pictures: NDArray[np.float32]) -> None:
    """As they stand in an input pipeline, on all processors."""
    data = tf.data.Dataset.from_tensor_slices(pictures).batch(BATCH)
    for _ in data.map(lambda batch: layers(batch, training=True), tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE):
        pass


def take(count: int, begin: Callable[[], Iterable]) -> None:
    """All batches of one epoch, also of iterators that never end."""
    taken = sum(len(batch[0] if isinstance(batch, tuple) else batch) for batch in islice(begin(), -(-count // BATCH)))
    assert taken == count


def compared(contenders: Contenders, count: int, rounds: int) -> Row:
    """Pictures a second of each, and how many times as many as each of the others ours are."""
    seconds = in_turn(contenders, rounds)
    ratios = {
        f"{who} / {other}": median_ratio(seconds[other], seconds[who])
        for other in seconds
        if not other.startswith("amalthea")
        for who in seconds
        if who.startswith("amalthea")
    }
    return {**{who: round(count / summary(times)["median"], 1) for who, times in seconds.items()}, **ratios}


def make_large(pets: Path, folder: Path, count: int) -> Path:
    """Pictures of 4000 × 3000 pixels with the fine noise of a camera, in two classes."""
    sources = sorted(pets.rglob("*.jpg"))[: count // 2] + sorted(pets.rglob("*.jpg"))[-(count // 2) :]

    def write_one(source: Path) -> None:
        target = folder / source.relative_to(pets)
        target.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(source) as picture:
            pixels = np.asarray(picture.convert("RGB").resize((4000, 3000), Image.Resampling.BICUBIC))
        noise = np.random.default_rng(0).normal(0, 4, pixels.shape).astype(np.float32)
        Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8)).save(target, quality=90)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(write_one, sources))
    return folder


if __name__ == "__main__":
    main()
