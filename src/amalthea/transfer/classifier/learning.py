"""From labelled pictures to a trained model: its frozen part computes them once, the rest learns from the features."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from logging import getLogger
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError
from ...runtime import predictor
from ...runtime.scores import of_all_classes
from ..cutting.division import divide
from ..training.checkpoints import Checkpoints
from ..training.loop import check_possible, train, trainable_count
from ..training.settings import Training
from ..training.watching import History, kept_epoch
from .crossing import Extraction, Parts, crossed, crossed_to_learn
from .labelled import Samples
from .parameters import extraction_of
from .pixels import check_brightness
from .planning import trains_below_head
from .resuming import rows_key

if TYPE_CHECKING:
    import keras

    from .answering import Answering

_AT_ONCE = 64  # rows of features that are computed together


def learned(
    classifier: "Answering", samples: Samples, validation: Samples | None, training: Training, resume: bool
) -> Parts:
    """Train what is not frozen in a classifier, which gets its history, its times, and a temperature of 1.

    Args:
        classifier: with a model, and all else that ``fit`` gives it before.
        samples: as for ``learn``.
        validation: as there.
        training: as there.
        resume: as there.

    Returns:
        The two parts of its model.

    Raises:
        ArgumentError, ImageError, MissingFileError: as for ``learn``.
    """
    extraction = extraction_of(classifier, classifier.preparation_, learning=True)
    classifier.times_ = times = dict(classifier.times_)  # a copy: after an error, those of before count
    before = len(classifier.history_.get("loss", ()))
    try:
        return learn(classifier.model_, samples, validation, extraction, training, classifier.history_, times, resume)
    finally:
        if kept_epoch(classifier.history_) > before:
            classifier.temperature_ = 1.0  # calibrated were other weights


def learn(
    model: "keras.Model",
    samples: Samples,
    validation: Samples | None,
    extraction: Extraction,
    training: Training,
    history: History,
    times: dict[str, float],
    resume: bool = False,
) -> Parts:
    """Train what is not frozen in a model; says in the log how much that is.

    Args:
        model: from pictures to scores; its flags ``trainable`` count as they are now.
        samples: to train on, augmented if the extraction says so; each weighs in the loss as they say.
        validation: to validate with, as they are; or None.
        extraction: how they cross the frozen part.
        training: how the rest is trained.
        history: losses and accuracies of each epoch are added to it, see ``train``.
        times: the seconds that this takes are added to it, under ``features``, and ``head`` or ``fine-tuning``.
        resume: whether to go on with what is kept of the same training.

    Returns:
        The two parts of the model.

    Raises:
        ArgumentError: nothing would train, a class or the validation has no usable picture, or pictures cannot be
            augmented so.
        ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
    """
    check_possible(training, validated=validation is not None)
    if extraction.augmenting:
        check_brightness(samples.pictures, extraction.augmenting.augmentation)
    parts = Parts(*divide(model))
    trained, there = trainable_count(model)
    getLogger(__package__).info("%s of %s weights will train.", f"{trained:,}", f"{there:,}")
    held_back = None
    with timed(times, "features"):
        if validation is not None:  # they come first, being fewer: if all are broken, that is soon known
            held_back = crossed(parts, validation, extraction)[:2]
            if not len(held_back[1]):
                raise ArgumentError("None of the pictures to validate with can be read.")
        rows, labels, _, weights = crossed_to_learn(parts, samples, extraction, training)
    if lost := sorted(set(samples.labels.tolist()) - set(labels.tolist())):
        names = ", ".join(repr(samples.classes[label].item()) for label in lost)
        raise ArgumentError(f"No picture of the class{'' if len(lost) == 1 else 'es'} {names} can be read.")
    title = "Fine-tuning" if trains_below_head(model) else "Head"
    settled = replace(training, row_weights=weights, title=title, all_weights=there)
    checkpoints = Checkpoints(rows_key(parts, samples, validation, extraction), resume)
    with timed(times, title.lower()):
        train(parts.suffix, rows, labels, held_back, settled, history, checkpoints)
    return parts


@contextmanager
def timed(times: dict[str, float], stage: str) -> Iterator[None]:
    """Add the seconds that the block takes, to its end or an error, to those of a stage."""
    start = perf_counter()
    try:
        yield
    finally:
        times[stage] = times.get(stage, 0.0) + perf_counter() - start


@contextmanager
def all_or_nothing(classifier: object) -> Iterator[None]:
    """Give a classifier all attributes of before if the block fails: at an error, or at Ctrl-C in the first epoch.

    After Ctrl-C later on, what was learned stays. That is told by ``history_``, to which the block adds epochs, or
    which it replaces.
    """
    attributes = vars(classifier)
    before, epochs = dict(attributes), _epochs(attributes)
    try:
        yield
    except BaseException as problem:
        replaced = attributes.get("history_") is not before.get("history_")
        if isinstance(problem, Exception) or _epochs(attributes) <= (0 if replaced else epochs):
            attributes.clear()
            attributes.update(before)
        raise


def _epochs(attributes: Mapping[str, Any]) -> int:
    return len(attributes.get("history_", {}).get("loss", ()))


def answers(
    model: "keras.Model", samples: Samples, extraction: Extraction
) -> tuple[NDArray[np.int64], NDArray[np.float32], int]:
    """Labels and probabilities of pictures; of those whose features are kept, the frozen part computes nothing again.

    Returns:
        Labels, shape (N,); probabilities, shape (N, k); how many pictures were left out.

    Raises:
        ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
        ArgumentError: none of them is usable.
    """
    # A model that is frozen whole has nothing to train, but still answers.
    parts = Parts(*(divide(model) if trainable_count(model)[0] else (None, model)))
    rows, labels, skipped, _ = crossed(parts, samples, extraction)
    if not len(labels):
        raise ArgumentError("None of the pictures can be read.")
    compute = predictor(parts.suffix, precision=extraction.precision)
    places = np.arange(len(labels))
    groups = (places[start : start + _AT_ONCE] for start in range(0, len(places), _AT_ONCE))
    return labels, of_all_classes(compute((rows.take(group),) for group in groups)), skipped
