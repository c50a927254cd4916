"""CIFAR as Keras 1 and 2 left it in their folder of data sets: an archive, and the folder that it was unpacked into."""

import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ...errors import ImageError, first_line
from ...storage import keras_home
from ._pickles import unpickled

Examples = tuple[np.ndarray, np.ndarray]


def kept_by_keras_2(name: str, training: Sequence[str], test: str, labels: str) -> tuple[Examples, Examples] | None:
    """Pictures and labels of a folder or archive that lies there already; None if there is neither.

    Args:
        name: of the folder; that of the archive has ``.tar.gz`` after it.
        training: files in it.
        test: the file to test with.
        labels: what the files call the labels.

    Returns:
        To train and to test with: uint8 pictures, shape (n, 32, 32, 3) or in Keras' data format (n, 3, 32, 32), and
        uint8 labels, shape (n, 1).

    Raises:
        ImageError: damaged, or anything but arrays.
    """
    files = [f"{name}/{file}" for file in (*training, test)]
    found = _in_folder(files) or _in_archive(keras_home() / "datasets" / f"{name}.tar.gz", files)
    if not found:
        return None
    *parts, last = (_examples(file, unpickled(data, file), labels) for file, data in found.items())
    pictures, numbers = (np.concatenate(each) for each in zip(*parts, strict=True))
    return (pictures, numbers), last


def _in_folder(files: Sequence[str]) -> Mapping[Path, bytes]:
    """The files, if all are there."""
    paths = [keras_home() / "datasets" / file for file in files]
    return {path: path.read_bytes() for path in paths} if all(path.is_file() for path in paths) else {}


def _in_archive(archive: Path, files: Sequence[str]) -> Mapping[Path, bytes]:
    """The files, read without unpacking them; empty where there is no archive."""
    found: dict[str, bytes] = {}
    if not archive.is_file():
        return {}
    try:
        with tarfile.open(archive) as members:
            for member in members:
                content = members.extractfile(member) if member.isfile() and member.name in files else None
                if content is not None:
                    found[member.name] = content.read()
        return {archive / file: found[file] for file in files}
    except (tarfile.TarError, OSError, EOFError, KeyError, ValueError) as problem:
        raise ImageError(
            f"{archive} is no archive of CIFAR, or damaged ({first_line(problem)}). Delete it, and it is fetched again."
        ) from problem


def _examples(file: Path, batch: Any, labels: str) -> Examples:
    try:
        pictures = batch["data"].reshape(-1, 3, 32, 32).astype("uint8")
        numbers = np.reshape(batch[labels], (len(pictures), 1)).astype("uint8")
    except (AttributeError, LookupError, TypeError, ValueError) as problem:
        raise ImageError(f"{file} has no pictures and labels of CIFAR ({first_line(problem)}).") from problem
    if keras.config.image_data_format() == "channels_last":
        pictures = pictures.transpose(0, 2, 3, 1)
    return pictures, numbers
