"""Which pictures each fold of a cross-validation holds back."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ArgumentError
from ..classifier.labelled import Samples
from ..settings import require_whole


def check_folds(samples: Samples, k: int, *, stratified: bool, groups: ArrayLike | None) -> NDArray[Any] | None:
    """Refuse what ``folds_of`` would refuse, before any picture is looked at.

    Returns:
        The groups as an array, shape (N,); or None.

    Raises:
        ArgumentError: there are not enough pictures, of each class or altogether, or groups for ``k`` folds; or not one
            group a picture.
    """
    require_whole(2, "k", k)
    total = len(samples.labels)
    if k > total:
        raise ArgumentError(f"k={k} folds of {total} pictures; each fold needs one to hold back. Give a smaller k.")
    counts = np.bincount(samples.labels, minlength=len(samples.classes))
    fewest = int(counts.argmin())
    if stratified and counts[fewest] < k:
        raise ArgumentError(
            f"k={k}, but the class {samples.classes[fewest].item()!r} has {counts[fewest]} usable pictures: each fold "
            "needs one to hold back. Give a smaller k, or stratified=False."
        )
    if groups is None:
        return None
    found = np.asarray(groups)
    if found.shape != (total,):
        raise ArgumentError(f"groups of shape {found.shape} for {total} pictures; needed is one for each.")
    if (number := len(np.unique(found))) < k:
        raise ArgumentError(
            f"k={k}, but the pictures are of {number} groups, each of which stays together. Give a smaller k."
        )
    return found


def folds_of(
    samples: Samples, k: int, seed: int, *, stratified: bool = True, groups: ArrayLike | None = None
) -> NDArray[np.int64]:
    """The fold that holds back each picture, divided by scikit-learn.

    Args:
        samples: N usable pictures.
        k: number of folds, at least 2.
        seed: of the order in which the pictures are dealt out.
        stratified: whether each fold gets about the same part of each class.
        groups: shape (N,): pictures of the same one come into the same fold.

    Returns:
        Shape (N,), whole numbers from 0 to ``k - 1``.

    Raises:
        ArgumentError: as for ``check_folds``; or a fold would hold back nothing, or all that there is of a class.
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    found = check_folds(samples, k, stratified=stratified, groups=groups)
    if found is None:
        splitter = StratifiedKFold if stratified else KFold
    else:
        splitter = StratifiedGroupKFold if stratified else GroupKFold
    folds = np.empty(len(samples.labels), np.int64)
    divided = splitter(k, shuffle=True, random_state=seed).split(folds, samples.labels, found)
    for number, (learned, held) in enumerate(divided):
        folds[held] = number
        _check_fold(samples, number, learned, held, grouped=found is not None)
    return folds


def _check_fold(
    samples: Samples, number: int, learned: NDArray[np.int64], held: NDArray[np.int64], *, grouped: bool
) -> None:
    if not len(held):
        raise ArgumentError(f"Fold {number + 1} would hold back no picture: groups are too large. Give a smaller k.")
    if lost := set(range(len(samples.classes))) - set(samples.labels[learned].tolist()):
        remedy = "pictures of more groups" if grouped else "more of its pictures, stratified=True"
        raise ArgumentError(
            f"Fold {number + 1} would hold back all pictures of the class {samples.classes[min(lost)].item()!r}, and "
            f"learn nothing of it. Give {remedy}, or another seed."
        )
