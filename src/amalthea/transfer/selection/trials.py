"""One network's turn in a comparison: its training, and what is measured of it."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...runtime import predictor, speed_of
from ..classifier.image_classifier import ImageClassifier
from ..classifier.labelled import Samples
from .contenders import Contender
from .cross_validation import cross_validate
from .usable import as_given, cross_once, fitted

_BATCH, _SECONDS = 32, 0.5  # pictures at a time, and how long each speed is measured


def trial(
    name: str, classifier: ImageClassifier, parts: Sequence[Samples], k: int | None, *, resume: bool = False
) -> tuple[Contender, ImageClassifier]:
    """Train copies of a classifier, and measure how good, how fast and how large it is.

    Args:
        name: for the figures.
        classifier: stays as it is.
        parts: pictures to learn from, and to judge by; or all of them, for folds.
        k: number of folds; None: there are two parts.
        resume: as for ``compare``.

    Returns:
        The figures, and a copy that was fitted; of folds, the first one's.
    """
    if k:
        row, one = _by_folds(name, classifier, parts[0], k, resume)
    else:
        row, one = _held_out(name, classifier, parts[0], parts[1], resume)
    answer = predictor(one.model_, precision=one.precision)
    rows, columns = one.preparation_.size
    shape = (3, rows, columns) if answer.runner.inputs[0].channels_first else (rows, columns, 3)
    pictures = np.random.default_rng(0).random((_BATCH, *shape), np.float32)
    speed, count = speed_of(answer, pictures, _SECONDS), one.model_.count_params()
    return replace(row, **speed._asdict(), parameters=count, megabytes=4 * count / 1e6), one


def fitted_to_all(classifier: ImageClassifier, samples: Samples, validation: Any, *, resume: bool) -> ImageClassifier:
    """A copy that learned from all pictures; but for early stopping, which needs some to tell when."""
    from sklearn.base import clone

    held_back = validation if classifier.early_stopping else None
    copy: ImageClassifier = clone(classifier)
    return copy.fit(*as_given(samples), validation=held_back, resume=resume)


def _held_out(
    name: str, classifier: ImageClassifier, training: Samples, held_back: Samples, resume: bool
) -> tuple[Contender, ImageClassifier]:
    crossing = cross_once(classifier, training, held_back)
    learned, judged = (part.take(usable) for part, usable in zip((training, held_back), crossing.usable, strict=True))
    start = time.perf_counter()
    one = fitted(classifier, crossing.network, learned, judged, resume=resume)
    seconds = time.perf_counter() - start
    accuracy = one.evaluate(*as_given(judged)).accuracy
    return Contender(name=name, accuracy=accuracy, features=crossing.seconds, training=seconds), one


def _by_folds(
    name: str, classifier: ImageClassifier, samples: Samples, k: int, resume: bool
) -> tuple[Contender, ImageClassifier]:
    found = cross_validate(classifier, *as_given(samples), k=k, resume=resume)
    features, training = found.seconds["features"], found.seconds["training"]
    row = Contender(name=name, accuracy=found.accuracy, deviation=found.deviation, features=features, training=training)
    return row, found.fitted[0]
