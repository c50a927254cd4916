"""Pictures and labels as a user gives them: folders, lists of paths, arrays."""

import os
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError, warn
from ...images import labelled_folder, split
from ...images.find import each_picture
from ...images.paths import Paths, compact

Pictures: TypeAlias = Paths | NDArray[Any]


class Samples(NamedTuple):
    """Pictures and what is on them.

    Attributes:
        pictures: paths, or an array of shape (N, H, W, 3) with RGB in [0, 255], uint8 or float32.
        labels: shape (N,), whole numbers: each picture's place in ``classes``.
        classes: names or numbers as the user gave them, sorted.
        weights: shape (N,), how much each of them counts; None: all the same.
    """

    pictures: Pictures
    labels: NDArray[np.int64]
    classes: NDArray[Any]
    weights: NDArray[np.float32] | None = None

    def take(self, indices: NDArray[np.int64]) -> "Samples":
        """Some of them."""
        pictures = self.pictures
        some = pictures[indices] if isinstance(pictures, np.ndarray) else pictures.take(indices)
        return Samples(some, self.labels[indices], self.classes, self.weights_of(indices))

    def weights_of(self, indices: NDArray[np.int64]) -> NDArray[np.float32] | None:
        """Of some of them."""
        return None if self.weights is None else self.weights[indices]

    def numbered(self) -> "Samples":
        """The same pictures with their places for labels: the labels of those that are left tell which they are."""
        return self._replace(labels=np.arange(len(self.labels)))


def training_samples(x: Any, y: Any) -> Samples:
    """What a classifier learns from, with the classes that are found there.

    Args:
        x: a folder with one sub-folder a class; or paths, or an array of pictures (N, H, W, 3), with labels.
        y: one label a picture, of any type that sorts; None for a folder.

    Raises:
        ArgumentError: pictures or labels that cannot be used, or of one class only.
        MissingFileError: there is no such folder.
    """
    if _is_path(x):
        _refuse_labels(y, x)
        found = labelled_folder(x)
        return Samples(compact(found.paths), found.labels, np.array(found.classes))
    pictures, given = pictures_of(x), _labels(y)
    _check_lengths(pictures, given)
    classes, labels = np.unique(given, return_inverse=True)
    if len(classes) < 2:
        raise ArgumentError(
            f"All {len(given)} pictures are of the class {classes[0].item()!r}; a classifier tells at least two apart."
        )
    return Samples(pictures, labels.astype(np.int64), classes)


def samples_of(x: Any, y: Any, classes: NDArray[Any], *, some: bool = False) -> Samples:
    """Pictures whose labels must be among the classes that a classifier knows.

    Args:
        x: as for ``training_samples``.
        y: as there.
        classes: sorted.
        some: whether a folder need not have all of them.

    Raises:
        ArgumentError: as there; or a label that is none of the classes.
        MissingFileError: there is no such folder.
    """
    if _is_path(x):
        _refuse_labels(y, x)
        found = labelled_folder(x, [str(name) for name in classes], some=some)
        return Samples(compact(found.paths), found.labels, classes)
    pictures, given = pictures_of(x), _labels(y)
    _check_lengths(pictures, given)
    known = np.isin(given, classes)
    if not known.all():
        strangers = ", ".join(repr(label.item()) for label in np.unique(given[~known])[:10])
        raise ArgumentError(
            f"y holds the labels {strangers}; the classes are {', '.join(repr(name.item()) for name in classes)}. "
            "Each label must be one of them."
        )
    return Samples(pictures, np.searchsorted(classes, given).astype(np.int64), classes)


def weighted(samples: Samples, sample_weight: Any) -> Samples:
    """The same pictures, each of which counts as much as is said.

    Args:
        samples: N of them.
        sample_weight: shape (N,), numbers from 0 on, in their order; None leaves them as they are.

    Raises:
        ArgumentError: not one number for each, or one that is negative or not finite, or all are 0.
    """
    if sample_weight is None:
        return samples
    count = len(samples.labels)
    try:
        given = np.asarray(sample_weight)
    except ValueError:  # lists of different lengths
        given = np.empty(0)
    if given.shape != (count,) or given.dtype.kind not in "biuf":
        raise ArgumentError(
            f"sample_weight={_shortened(sample_weight)}; needed is one number for each of the {count} pictures, in the "
            "order of X; of a folder, in that of amalthea.images.labelled_folder. class_weight weighs whole classes."
        )
    with np.errstate(over="ignore"):  # what is too large becomes infinite
        weights = given.astype(np.float32)
    refused = ~(np.isfinite(weights) & (weights >= 0))
    if refused.any():
        place = int(refused.argmax())
        raise ArgumentError(
            f"sample_weight holds {given[place]} at place {place}; allowed are finite numbers from 0 on."
        )
    if not weights.any():
        raise ArgumentError("sample_weight is zero for all pictures, so that none counts. Give some a number above 0.")
    return samples._replace(weights=weights)


def with_validation(samples: Samples, validation: Any, seed: int) -> tuple[Samples, Samples | None]:
    """Samples to train on, and those to validate with; a warning where some of them are the same files.

    Args:
        samples: all that there are to train on.
        validation: None; a folder; (pictures, labels); or the fraction of each class that is taken from ``samples``.
        seed: chooses that fraction.

    Raises:
        ArgumentError: none of these, or as for ``samples_of``.
    """
    if validation is None:
        return samples, None
    if _is_path(validation):
        return _apart(samples, samples_of(validation, None, samples.classes))
    if isinstance(validation, tuple | list) and len(validation) == 2:
        return _apart(samples, samples_of(validation[0], validation[1], samples.classes))
    if isinstance(validation, int | float | np.number) and 0 < validation < 1:
        training, held_back = split(samples.classes[samples.labels], float(validation), seed)
        return samples.take(training), samples.take(held_back)
    raise ArgumentError(
        f"validation={_shortened(validation)}; allowed are a folder, a fraction in (0, 1) such as 0.2, and "
        "(pictures, labels)."
    )


def _apart(samples: Samples, held_back: Samples) -> tuple[Samples, Samples]:
    """Both; says if pictures to validate with are among those to learn from."""
    if isinstance(held_back.pictures, np.ndarray) or isinstance(samples.pictures, np.ndarray):
        common = len(held_back.labels) if held_back.pictures is samples.pictures else 0
    else:
        common = _common(samples.pictures, held_back.pictures)
    if common:
        warn(
            f"{common} of the {len(held_back.labels)} pictures to validate with are learned from, too: they will be "
            "judged too well. Validate with others, or hold a fraction of the pictures back."
        )
    return samples, held_back


def _common(learned: Paths, judging: Paths) -> int:
    """How many of the latter are among the former, however they are spelled."""
    known, other = (np.fromiter(map(hash, map(os.path.abspath, paths)), np.int64) for paths in (learned, judging))
    alike = np.flatnonzero(np.isin(other, known))
    if not len(alike):
        return 0
    files = set(map(os.path.abspath, learned))
    return sum(os.path.abspath(path) in files for path in judging.take(alike))


def tuning_samples(
    of_fit: tuple[Samples, Samples | None] | None,
    x: Any,
    y: Any,
    validation: Any,
    classes: NDArray[Any],
    seed: int,
    sample_weight: Any = None,
) -> tuple[Samples, Samples | None]:
    """Samples to train on further, and those to validate with.

    Args:
        of_fit: those of the training before, if they are known.
        x: as for ``training_samples``; None takes those of before.
        y: as there.
        validation: as for ``with_validation``; with neither this nor ``x``, that of before.
        classes: of before, sorted.
        seed: as for ``with_validation``.
        sample_weight: of ``x``, as for ``weighted``.

    Raises:
        ArgumentError: labels or weights without pictures, or none; or as for the other functions of this module.
    """
    if x is not None:
        return with_validation(weighted(samples_of(x, y, classes), sample_weight), validation, seed)
    if y is not None:
        raise ArgumentError(f"y={_shortened(y)} without X: give the pictures of these labels, or leave y out.")
    if sample_weight is not None:
        raise ArgumentError("sample_weight without X: the pictures of fit keep the weights that they had there.")
    if of_fit is None:
        raise ArgumentError(
            "This classifier was loaded from a file or is a copy, without its pictures: give fine_tune(X=...), or "
            "lr_find(X=...), those to learn from."
        )
    return of_fit if validation is None else with_validation(of_fit[0], validation, seed)


def pictures_of(x: Any) -> Pictures:
    """Pictures without labels: those of a file or folder, of paths, or of an array.

    Raises:
        ArgumentError: none of these, or no picture at all.
    """
    if _is_path(x):
        return Paths(each_picture([x]))
    if isinstance(x, Sequence) or hasattr(x, "__array__"):
        items = x if isinstance(x, Sequence) or np.ndim(x) else ()
        if len(items) and all(map(_is_path, items)):
            return compact(items)
        return _array(x)
    raise ArgumentError(f"Pictures are a folder, a list of paths, or an array (N, H, W, 3); given was {_shortened(x)}.")


def _is_path(x: object) -> bool:
    return isinstance(x, str | os.PathLike)


def _array(x: Any) -> NDArray[Any]:
    """An array of pictures as uint8 or float32, not copied where it is that already."""
    try:
        array = np.asarray(x)
    except ValueError as problem:  # lists of different lengths
        raise ArgumentError(f"Pictures in memory are one array of shape (N, H, W, 3): {problem}.") from problem
    if array.ndim != 4 or array.shape[-1] != 3 or array.dtype.kind not in "uif":
        raise ArgumentError(
            "Pictures in memory are an array of shape (N, H, W, 3), RGB in [0, 255]; given was shape "
            f"{array.shape} of type {array.dtype}. Files are given as a folder or a list of paths."
        )
    if 0 in array.shape:
        raise ArgumentError(f"An array of shape {array.shape} holds no picture.")
    if array.dtype == np.uint8:
        return array
    if not np.isfinite(array).all():
        raise ArgumentError("The pictures hold values that are not finite (NaN or infinity).")
    return array.astype(np.float32, copy=False)


def _labels(y: Any) -> NDArray[Any]:
    if y is None:
        raise ArgumentError(
            "ImageClassifier requires y to be passed, but the target y is None. Give one label a picture; only a "
            "folder with one sub-folder a class names them itself."
        )
    labels = np.asarray(y)
    if labels.dtype.kind == "O":  # of pandas, or read from a table
        labels = np.array(labels.tolist())
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise ArgumentError(
            f"y is one label a picture, shape (N,); given was {labels.shape}. One-hot labels: y.argmax(axis=1)."
        )
    if labels.dtype.kind == "f" and not np.array_equal(labels, np.trunc(labels)):  # NaN is not equal to itself
        raise ArgumentError("Unknown label type: y holds numbers that are not whole, or NaN, which name no classes.")
    if labels.dtype.kind not in "biufU":
        raise ArgumentError(f"y is one label a picture, a name or a whole number; given was type {labels.dtype}.")
    return labels


def _refuse_labels(y: Any, folder: Any) -> None:
    if y is not None:
        raise ArgumentError(f"y: the labels of {folder} are the names of its sub-folders; leave y out.")


def _check_lengths(pictures: Pictures, labels: NDArray[Any]) -> None:
    if len(pictures) != len(labels):
        raise ArgumentError(f"{len(pictures)} pictures, but {len(labels)} labels; each picture needs one.")


def _shortened(x: object) -> str:
    if hasattr(x, "shape"):
        return f"{type(x).__name__} of shape {tuple(x.shape)}"
    text = repr(x)
    return text if len(text) <= 80 else f"{text[:77]}..."
