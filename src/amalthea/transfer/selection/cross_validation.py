"""How good a classifier is on pictures that it did not learn from: every picture is held back once."""

import time
from collections.abc import Mapping
from inspect import signature
from logging import getLogger
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ArgumentError
from ..classifier.image_classifier import ImageClassifier
from ..classifier.labelled import Samples, training_samples
from ..classifier.learning import answers
from ..classifier.parameters import extraction_of
from ..classifier.planning import check_fine_tuning
from .folds import check_folds, folds_of
from .outcome import CrossValidation, judged
from .usable import cross_once, fitted


def cross_validate(
    classifier: ImageClassifier,
    X: Any,
    y: Any = None,
    *,
    k: int = 5,
    stratified: bool = True,
    groups: ArrayLike | None = None,
    fine_tune: Mapping[str, Any] | None = None,
    resume: bool = False,
) -> CrossValidation:
    """Train a classifier ``k`` times, each time without another part of the pictures, and judge it by that part.

    Each picture crosses the frozen network once for all folds, so that it takes little longer than one training. What
    a fold holds back is also what its training validates with; with ``early_stopping``, or in fine-tuning, it chooses
    the best epoch too, and looks a little better than new pictures would.

    Args:
        classifier: its parameters count; it stays as it is, fitted or not.
        X: as for ``ImageClassifier.fit``.
        y: as there.
        k: number of folds, at least 2.
        stratified: whether each fold gets about the same part of each class.
        groups: shape (N,): pictures of the same group, such as several of the same animal, come into the same fold. Of
            a folder, in the order of ``amalthea.images.labelled_folder``.
        fine_tune: arguments of ``ImageClassifier.fine_tune``, such as ``{"blocks": 2}``; None trains the head alone.
        resume: go on where the same cross-validation was killed or interrupted: each training as in
            ``ImageClassifier.fit``. Of those that ended, the results are taken.

    Raises:
        ArgumentError: not enough pictures or groups for ``k`` folds, a training diverged, or as for ``fit`` and
            ``fine_tune``.
        TypeError: ``fine_tune`` has no such argument.
        ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
        DownloadError, WeightsError: the trained weights of the network.

    Example:
        >>> import numpy
        >>> pictures = numpy.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), numpy.uint8)
        >>> classifier = ImageClassifier("EfficientNetLite0", epochs=1)
        >>> found = cross_validate(classifier, pictures, ["cat", "dog"] * 4, k=2)
        >>> found.predictions.shape
        (8, 2)
    """
    if not isinstance(classifier, ImageClassifier):
        raise ArgumentError(f"classifier={classifier!r}; allowed is an amalthea.ImageClassifier.")
    _check_tuning(classifier, fine_tune)
    samples = training_samples(X, y)
    groups = check_folds(samples, k, stratified=stratified, groups=groups)
    crossing = cross_once(classifier, samples)
    places = crossing.usable
    network = crossing.network if fine_tune is None else None
    usable = samples.take(places)
    chosen = None if groups is None else groups[places]
    folds = folds_of(usable, k, classifier.seed, stratified=stratified, groups=chosen)
    start = time.perf_counter()
    answered = np.full((len(samples.labels), len(samples.classes)), np.nan, np.float32)
    classifiers = []
    for number in range(k):
        getLogger(__package__).info("Fold %d of %d.", number + 1, k)
        held = np.flatnonzero(folds == number)
        learned = usable.take(np.flatnonzero(folds != number))
        one = fitted(classifier, network, learned, usable.take(held), resume=resume)
        if fine_tune is not None:
            one.fine_tune(**{"resume": resume, **fine_tune})
        kept, probabilities = _answers(one, usable.take(held))
        _check_finite(number, probabilities)
        answered[places[held[kept]]] = probabilities
        classifiers.append(one)
    of_all = np.full(len(samples.labels), -1)
    of_all[places] = folds
    of_all[np.isnan(answered).any(axis=1)] = -1
    seconds = {"features": crossing.seconds, "training": time.perf_counter() - start}
    return judged(tuple(classifiers), samples, of_all, answered, seconds)


def _check_tuning(classifier: ImageClassifier, fine_tune: Mapping[str, Any] | None) -> None:
    """Refuse what ``fine_tune`` would refuse after the first head was trained, as far as it can be known."""
    if fine_tune is None:
        return
    signature(classifier.fine_tune).bind(**fine_tune)
    if refused := sorted({"X", "y", "validation"} & fine_tune.keys()):
        raise ArgumentError(f"fine_tune holds {', '.join(refused)}: each fold is fine-tuned with its own pictures.")
    wanted = {name: fine_tune.get(name) for name in ("from_layer", "blocks")}
    if isinstance(classifier.model, str) and any(value is not None for value in wanted.values()):
        check_fine_tuning(classifier, **wanted)


def _answers(classifier: ImageClassifier, held: Samples) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Which of the pictures can still be read, and the probabilities of their classes."""
    extraction = extraction_of(classifier, classifier.preparation_)
    return answers(classifier.model_, held.numbered(), extraction)[:2]


def _check_finite(number: int, probabilities: NDArray[np.float32]) -> None:
    if not np.isfinite(probabilities).all():
        raise ArgumentError(
            f"Fold {number + 1} diverged: some of its probabilities are no finite numbers. Give a lower learning rate."
        )
