"""Folders of pictures with one sub-folder a class, and their split into training and validation."""

import os
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain, groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ArgumentError, MissingFileError, warn
from .find import each_picture
from .paths import Paths, compact
from .random_numbers import check_seed

# Names of folders that hold a part of a data set, and no class.
PARTS = {"test", "train", "training", "val", "valid", "validation"}


class LabelledPictures(NamedTuple):
    """Pictures and what is on them.

    Attributes:
        paths: of the pictures, class by class.
        labels: shape (N,), whole numbers: each picture's place in ``classes``.
        classes: names of the classes.
    """

    paths: Sequence[Path]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    @property
    def named_labels(self) -> list[str]:
        """The name of each picture's class, in the order of the paths."""
        return [self.classes[label] for label in self.labels]

    def take(self, indices: NDArray[np.int64]) -> "LabelledPictures":
        """Some of them."""
        return LabelledPictures(compact(self.paths).take(indices), self.labels[indices], self.classes)


def labelled_folder(
    folder: str | os.PathLike[str], classes: Sequence[str] | None = None, *, some: bool = False
) -> LabelledPictures:
    """The pictures of a folder that has one sub-folder for each class, named as the class.

    Pictures beside the sub-folders belong to no class. They are left out, with a warning.

    Args:
        folder: holds the sub-folders; hidden ones are left out. Pictures count at any depth below them, recognised by
            their suffix, sorted. Links are followed, but for those to a folder that they lie in.
        classes: names that the sub-folders must have, in the order of the labels; None takes those that are there,
            sorted.
        some: whether pictures of some of these classes are enough.

    Raises:
        MissingFileError: there is no such folder.
        ArgumentError: it is a file; or it has no sub-folders, or a single one, or one without a picture; or they are
            not the classes given; or they are the parts of a data set, such as ``train`` and ``validation``.

    Example:
        >>> labelled_folder("nowhere")
        Traceback (most recent call last):
        amalthea.errors.MissingFileError: There is no folder nowhere ...
    """
    folder = Path(folder)
    found = class_folders(folder)
    spared = len(classes) - 1 if some and classes else 0  # of the classes may have no picture
    if classes is None:
        classes = tuple(sorted(found))
        _check_names(folder, classes)
    elif found.keys() - set(classes) or len(set(classes)) != len(classes) or len(classes) - len(found) > spared:
        if PARTS.issuperset(name.lower() for name in found):  # also where there are none
            _check_names(folder, tuple(sorted(found)))
        raise ArgumentError(
            f"The sub-folders of {folder} are not the classes {listed(classes)}. "
            f"Missing: {listed(set(classes) - found.keys())}; not among them: {listed(found.keys() - set(classes))}. "
            "Name one sub-folder after each class."
        )
    placed = pictures_by_class(folder)
    pictures = [placed.get(name, []) for name in classes]
    empty = [name for name, paths in zip(classes, pictures, strict=True) if not paths]
    if len(empty) > spared:
        raise ArgumentError(
            f"{folder} has no picture of {listed(empty)}: nothing in there has the suffix of a picture, such as .jpg "
            "or .png. Put some there, or remove the folder."
        )
    _tell_loose(folder, placed.get(None, []))
    labels = np.repeat(np.arange(len(classes)), [len(paths) for paths in pictures])
    return LabelledPictures(Paths(chain.from_iterable(pictures)), labels, tuple(classes))


def split_folder(
    folder: str | os.PathLike[str], fraction: float = 0.2, *, stratified: bool = True, seed: int = 0
) -> tuple[LabelledPictures, LabelledPictures]:
    """Divide the pictures of a folder at random into those to train on and those to validate with.

    No file is moved or copied. Whatever is done to the pictures to train on, those to validate with are views of the
    files as they are.

    Args:
        folder: as for ``labelled_folder``.
        fraction: part that goes to validation, in (0, 1), rounded; at least one picture goes to either side.
        stratified: take that part of each class. Otherwise it is taken from all pictures together, and a class may be
            missing on either side.
        seed: the same seed divides the same folder in the same way.

    Returns:
        Pictures to train on and pictures to validate with, with the same classes.

    Raises:
        MissingFileError: there is no such folder.
        ArgumentError: as for ``labelled_folder`` and ``split``.

    Example:
        >>> for name in ("cat", "dog"):
        ...     Path("pets", name).mkdir(parents=True)
        ...     for number in range(5):
        ...         Path("pets", name, f"{number}.jpg").touch()
        >>> train, validation = split_folder("pets", 0.2)
        >>> len(train.paths), validation.named_labels
        (8, ['cat', 'dog'])
    """
    found = labelled_folder(folder)
    training, validation = split(found.named_labels, fraction, seed, stratified=stratified)
    return found.take(training), found.take(validation)


def split(
    labels: ArrayLike, fraction: float, seed: int, *, stratified: bool = True
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide pictures at random into those to train on and those to validate with.

    Args:
        labels: shape (N,), numbers or names: the class of each picture.
        fraction: part that goes to validation, in (0, 1), rounded; at least one picture goes to either side.
        seed: the same seed divides the same labels in the same way.
        stratified: take that part of each class; otherwise of all pictures together.

    Returns:
        Indices of the pictures to train on, and of those to validate with, both ascending.

    Raises:
        ArgumentError: the fraction is not in (0, 1), or the seed no whole number from 0 on; a class has a single
            picture, or all have together.

    Example:
        >>> train, validation = split(["cat", "cat", "cat", "dog", "dog", "dog"], 1 / 3, seed=0)
        >>> len(train), len(validation)
        (4, 2)
    """
    check_seed(seed)
    if not _is_share(fraction):
        raise ArgumentError(f"fraction={fraction!r} of the pictures for validation; allowed is a number in (0, 1).")
    labels = np.asarray(labels)
    generator = np.random.default_rng(seed)
    chosen = np.zeros(len(labels), dtype=bool)
    kinds = labels if stratified else np.zeros(len(labels))
    for kind in np.unique(kinds):
        members = np.flatnonzero(kinds == kind)
        if len(members) < 2:
            raise ArgumentError(
                f"Class {labels[members[0]].item()!r} has a single picture, which cannot be both trained on and "
                "validated with. Add pictures of it, or give validation pictures of their own."
            )
        count = min(max(round(fraction * len(members)), 1), len(members) - 1)
        chosen[generator.permutation(members)[:count]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def _is_share(value: object) -> bool:
    return isinstance(value, int | float | np.floating) and bool(0 < value < 1)


def class_folders(folder: Path) -> dict[str, Path]:
    """The sub-folders by their names, hidden ones left out.

    Raises:
        MissingFileError: there is no such folder.
        ArgumentError: it is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise ArgumentError(f"{folder} is a file; needed is a folder that holds pictures. Check the path.")
    if not folder.is_dir():
        raise MissingFileError(f"There is no folder {folder} (looked for at {folder.absolute()}). Check the path.")
    return {path.name: path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")}


def pictures_by_class(folder: Path) -> dict[str | None, Sequence[Path]]:
    """The pictures at any depth below each sub-folder by its name, sorted; under None those beside the sub-folders."""
    placed: dict[str | None, Sequence[Path]] = {}
    loose: list[Path] = []
    for name, paths in groupby(each_picture([folder]), partial(_class_of, len(folder.parts))):
        if name is None:
            loose += paths
        else:
            placed[name] = Paths(paths)
    if loose and loose != [folder]:  # a folder without pictures stays as it is
        placed[None] = loose
    return placed


def _class_of(depth: int, path: Path) -> str | None:
    """The sub-folder of a folder with so many parts in which a file lies, or None."""
    return path.parts[depth] if len(path.parts) > depth + 1 else None


def _tell_loose(folder: Path, loose: Sequence[Path]) -> None:
    if loose:
        warn(
            f"{folder} holds pictures beside its class folders; they belong to no class and are left out: "
            f"{listed(path.name for path in loose)}. Move each into the folder of its class."
        )


def _check_names(folder: Path, names: Sequence[str]) -> None:
    """Refuse sub-folders from which no classifier can learn what its user meant."""
    layout = f"{folder} needs one sub-folder for each class, such as {folder / 'cats'} and {folder / 'dogs'}"
    if not names:
        raise ArgumentError(f"{layout}; it has none.")
    if len(names) == 1:
        raise ArgumentError(f"{layout}; it has only {names[0]!r}, and a single class leaves nothing to tell apart.")
    if PARTS.issuperset(name.lower() for name in names):
        raise ArgumentError(
            f"{layout}; its {listed(names)} look like the parts of a data set. Train on one of them, "
            f"such as {folder / names[0]}, and validate with another."
        )


def listed(names: Iterable[str]) -> str:
    """Names to read, the first of them where they are many."""
    names = sorted(names)
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(map(repr, names[:10])) + more or "none"
