"""Which pictures a classifier learned from, in so few bytes that its file keeps them."""

import os
from collections.abc import Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import warn
from ...images import split
from .labelled import Samples

if TYPE_CHECKING:
    from .answering import Answering

Marks = NDArray[np.uint64]
"""One of each file, by which it is known again in another folder; shape (N,)."""

NONE: Marks = np.empty(0, np.uint64)


def marks_of(paths: Iterable[str | os.PathLike[str]]) -> Marks:
    """By name and length in bytes; those of two pictures are the same once in 2**64 times."""
    return np.fromiter(map(_mark, paths), np.uint64)


def _mark(path: str | os.PathLike[str]) -> int:
    try:
        length = os.stat(path).st_size
    except OSError:  # left out later, with the reason
        length = -1
    text = f"{os.path.basename(path)} {length}"
    return int.from_bytes(blake2b(os.fsencode(text), digest_size=8).digest())


def learned_marks(classifier: "Answering") -> Marks:
    """Of the files that it learned from, in whatever process, ascending. Pictures in memory have none."""
    here = [samples for samples, _ in filter(None, [classifier._samples])]
    here += [samples for _, samples, _ in classifier._tunings]
    each_once = {id(samples.pictures): samples.pictures for samples in here}.values()
    found = [marks_of(pictures) for pictures in each_once if not isinstance(pictures, np.ndarray)]
    return np.unique(np.concatenate([classifier._learned_before, *found]))


def warn_of_learned(classifier: "Answering", held_back: Samples | None) -> None:
    """Say if pictures to validate with were learned from in an earlier training; those of ``fit`` are known."""
    of_fit = classifier._samples and classifier._samples[1]
    if held_back is None or held_back is of_fit or isinstance(held_back.pictures, np.ndarray):
        return
    known = int(np.isin(marks_of(held_back.pictures), learned_marks(classifier)).sum())
    if known:
        warn(
            f"{known} of the {len(held_back.labels)} pictures to validate with were learned from in an earlier "
            "training: they will be judged too well. Validate with others, such as those held back then."
        )


def split_unseen(
    classifier: "Answering", paths: Iterable[str | os.PathLike[str]], labels: Any, fraction: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """As ``amalthea.images.split``, but no picture is held back that a classifier learned from.

    Where a class has fewer others than are to be held back, fewer are; where there is no other at all, all is as there.

    Args:
        classifier: fitted, here or before it was saved.
        paths: shape (N,).
        labels: shape (N,), of these.
        fraction: as for ``split``.
        seed: as there.

    Raises:
        ArgumentError: as there.

    Example:
        >>> from amalthea.transfer import ImageClassifier
        >>> split_unseen(ImageClassifier(), ["a.jpg", "b.jpg"], ["cat", "cat"], 0.5, seed=0)[1].shape
        (1,)
    """
    labels = np.asarray(labels)
    training, held_back = split(labels, fraction, seed)
    seen = np.isin(marks_of(paths), learned_marks(classifier))
    if seen.all() or not seen[held_back].any():
        return training, held_back
    generator, chosen = np.random.default_rng(seed), np.zeros(len(labels), bool)
    for kind, count in zip(*np.unique(labels[held_back], return_counts=True), strict=True):
        chosen[generator.permutation(np.flatnonzero((labels == kind) & ~seen))[:count]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)
