"""One network's turn in a comparison: its training, and what is measured of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...runtime import Speed, predictor, speed_of
from ..classifier.crossing import Parts
from ..classifier.image_classifier import ImageClassifier
from ..classifier.labelled import Samples
from ..training.watching import kept_epoch
from .contenders import Contender
from .cross_validation import cross_validate
from .usable import as_given

# Pictures at a time, more of which are not faster; and about how long each speed is measured.
_BATCH, _SECONDS = 16, 0.1


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
    crossed = None
    if k:
        row, one = _by_folds(name, classifier, parts[0], k, resume)
    else:
        row, one, crossed = _held_out(name, classifier, parts[0], parts[1], resume)
    speed, count = _speed(one, crossed), one.model_.count_params()
    return replace(row, **speed._asdict(), parameters=count, megabytes=4 * count / 1e6), one


def fitted_to_all(classifier: ImageClassifier, samples: Samples, validation: Any, *, resume: bool) -> ImageClassifier:
    """A copy that learned from all pictures; but for early stopping, which needs some to tell when."""
    from sklearn.base import clone

    held_back = validation if classifier.early_stopping else None
    copy: ImageClassifier = clone(classifier)
    return copy.fit(*as_given(samples), validation=held_back, resume=resume)


def _held_out(
    name: str, classifier: ImageClassifier, training: Samples, held_back: Samples, resume: bool
) -> tuple[Contender, ImageClassifier, Parts]:
    from sklearn.base import clone

    one: ImageClassifier = clone(classifier)
    crossed = one._fit(*as_given(training), as_given(held_back), resume=resume)
    accuracy = one.history_["val_accuracy"][kept_epoch(one.history_) - 1]
    features = one.times_["features"]
    row = Contender(name=name, accuracy=accuracy, features=features, training=sum(one.times_.values()) - features)
    return row, one, crossed


def _by_folds(
    name: str, classifier: ImageClassifier, samples: Samples, k: int, resume: bool
) -> tuple[Contender, ImageClassifier]:
    found = cross_validate(classifier, *as_given(samples), k=k, resume=resume)
    features, training = found.seconds["features"], found.seconds["training"]
    row = Contender(name=name, accuracy=found.accuracy, deviation=found.deviation, features=features, training=training)
    return row, found.fitted[0]


def _speed(one: ImageClassifier, crossed: Parts | None) -> Speed:
    """Of a fitted classifier.

    Args:
        one: whose network and head are measured.
        crossed: its two parts, the first of which is ready in the runtime if pictures of uint8 have crossed it: then
            it need not become a graph again.
    """
    rows, columns = one.preparation_.size
    generator = np.random.default_rng(0)
    frozen = crossed.networks.get("uint8") if crossed else None
    if crossed and frozen:
        head = predictor(crossed.suffix, precision=one.precision)
        pictures = generator.integers(0, 256, (_BATCH, rows, columns, 3), np.uint8)
        return speed_of(lambda some: head(tuple(frozen(some))), pictures, _SECONDS)
    answer = predictor(one.model_, precision=one.precision)
    shape = (3, rows, columns) if answer.runner.inputs[0].channels_first else (rows, columns, 3)
    return speed_of(answer, generator.random((_BATCH, *shape), np.float32), _SECONDS)
