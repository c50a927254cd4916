"""Folders of pictures with one sub-folder a class, and their split into training and validation."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ArgumentError, MissingFileError
from .find import find_pictures

_PARTS = {"test", "train", "training", "val", "valid", "validation"}


class LabelledPictures(NamedTuple):
    """Pictures and what is on them.

    Attributes:
        paths: of the pictures, class by class.
        labels: shape (N,), whole numbers: each picture's place in ``classes``.
        classes: names of the classes.
    """

    paths: list[Path]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]


def labelled_folder(folder: str | os.PathLike[str], classes: Sequence[str] | None = None) -> LabelledPictures:
    """The pictures of a folder that has one sub-folder for each class, named as the class.

    Args:
        folder: holds the sub-folders; hidden ones are left out. Pictures count at any depth below them, recognised by
            their suffix, sorted.
        classes: names that the sub-folders must have, in the order of the labels; None takes those that are there,
            sorted.

    Raises:
        MissingFileError: there is no such folder.
        ArgumentError: it has no sub-folders, or a single one, or one without a picture; or they are not the classes
            given; or they are the parts of a data set, such as ``train`` and ``validation``.

    Example:
        >>> labelled_folder("nowhere")
        Traceback (most recent call last):
        amalthea.errors.MissingFileError: There is no folder nowhere ...
    """
    folder = Path(folder)
    found = _class_folders(folder)
    if classes is None:
        classes = tuple(sorted(found))
        _check_names(folder, classes)
    elif set(classes) != found.keys() or len(set(classes)) != len(classes):
        raise ArgumentError(
            f"The sub-folders of {folder} are not the classes {_listed(classes)}. "
            f"Missing: {_listed(set(classes) - found.keys())}; not among them: {_listed(found.keys() - set(classes))}. "
            "Name one sub-folder after each class."
        )
    pictures = [_pictures(found[name]) for name in classes]
    empty = [name for name, paths in zip(classes, pictures, strict=True) if not paths]
    if empty:
        raise ArgumentError(
            f"{folder} has no picture of {_listed(empty)}: nothing in there has the suffix of a picture, such as .jpg "
            "or .png. Put some there, or remove the folder."
        )
    labels = np.repeat(np.arange(len(classes)), [len(paths) for paths in pictures])
    return LabelledPictures([path for paths in pictures for path in paths], labels, tuple(classes))


def split(labels: ArrayLike, fraction: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide pictures at random into those to train on and those to validate with, each class in the same proportion.

    Args:
        labels: shape (N,), numbers or names: the class of each picture.
        fraction: part of each class that goes to validation, in (0, 1), rounded; at least one picture goes to either
            side.
        seed: the same seed divides the same labels in the same way.

    Returns:
        Indices of the pictures to train on, and of those to validate with, both ascending.

    Raises:
        ArgumentError: the fraction is not in (0, 1), or a class has a single picture.

    Example:
        >>> train, validation = split(["cat", "cat", "cat", "dog", "dog", "dog"], 1 / 3, seed=0)
        >>> len(train), len(validation)
        (4, 2)
    """
    if not 0 < fraction < 1:
        raise ArgumentError(f"fraction={fraction!r} of the pictures for validation; allowed is a number in (0, 1).")
    labels = np.asarray(labels)
    generator = np.random.default_rng(seed)
    chosen = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        if len(members) < 2:
            raise ArgumentError(
                f"Class {label.item()!r} has a single picture, which cannot be both trained on and validated with. "
                "Add pictures of it, or give validation pictures of their own."
            )
        count = min(max(round(fraction * len(members)), 1), len(members) - 1)
        chosen[generator.permutation(members)[:count]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def _class_folders(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise MissingFileError(f"There is no folder {folder} (looked for at {folder.absolute()}). Check the path.")
    return {path.name: path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")}


def _check_names(folder: Path, names: Sequence[str]) -> None:
    """Refuse sub-folders from which no classifier can learn what its user meant."""
    layout = f"{folder} needs one sub-folder for each class, such as {folder / 'cats'} and {folder / 'dogs'}"
    if not names:
        raise ArgumentError(f"{layout}; it has none.")
    if len(names) == 1:
        raise ArgumentError(f"{layout}; it has only {names[0]!r}, and a single class leaves nothing to tell apart.")
    if _PARTS.issuperset(name.lower() for name in names):
        raise ArgumentError(
            f"{layout}; its {_listed(names)} look like the parts of a data set. Train on one of them, "
            f"such as {folder / names[0]}, and validate with another."
        )


def _pictures(folder: Path) -> list[Path]:
    found = find_pictures([folder])
    return [] if found == [folder] else found  # a folder without pictures stays as it is


def _listed(names: Iterable[str]) -> str:
    """Names to read, the first of them where they are many."""
    names = sorted(names)
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(map(repr, names[:10])) + more or "none"
