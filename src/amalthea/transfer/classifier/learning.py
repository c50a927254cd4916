"""From labelled pictures to a trained model: its frozen part computes them once, the rest learns from the features."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from logging import getLogger
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError, warn
from ...images import Preparation, read_resized
from ...runtime import predictor
from ...runtime.scores import of_all_classes
from ..cutting.division import divide
from ..features.extraction import extract
from ..features.rows import Features
from ..features.scaled import ScaledPictures
from ..features.sources import Problem
from ..features.store import FeatureStore
from ..training.loop import Training, check_possible, train, trainable_count
from ..training.watching import History
from .labelled import Samples

if TYPE_CHECKING:
    import keras

_AT_ONCE = 64  # rows of features that are computed together


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """How pictures cross the frozen part of a model.

    Attributes:
        preparation: what happens to them before.
        precision: of the frozen part: ``"float32"`` or ``"bfloat16"``.
        on_error: ``"raise"``, or ``"skip"`` to leave unusable files out, with a warning.
        verify: whether files are read again to see that they are those whose features are kept.
        store: where features are kept; None takes the one in the cache folder.
    """

    preparation: Preparation
    precision: str = "float32"
    on_error: str = "raise"
    verify: bool = False
    store: FeatureStore | None = None


def learn(
    model: "keras.Model",
    samples: Samples,
    validation: Samples | None,
    extraction: Extraction,
    training: Training,
    history: History,
) -> None:
    """Train what is not frozen in a model; says in the log how much that is.

    Args:
        model: from pictures to scores; its flags ``trainable`` count as they are now.
        samples: to train on.
        validation: to validate with, or None.
        extraction: how they cross the frozen part.
        training: how the rest is trained.
        history: losses and accuracies of each epoch are added to it, see ``train``.

    Raises:
        ArgumentError: nothing would train, or a class has no usable picture.
        ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
    """
    check_possible(training, validated=validation is not None)
    prefix, suffix = divide(model)
    getLogger(__package__).info("%s of %s weights will train.", *(f"{count:,}" for count in trainable_count(model)))
    features, labels, _ = _crossed(prefix, suffix, samples, extraction)
    if lost := set(samples.labels.tolist()) - set(labels.tolist()):
        names = ", ".join(repr(samples.classes[label].item()) for label in sorted(lost))
        raise ArgumentError(f"No picture of the class {names} can be read.")
    held_back = None
    if validation is not None:
        held_back = _crossed(prefix, suffix, validation, extraction)[:2]
    train(suffix, features, labels, held_back, training, history)


@contextmanager
def all_or_nothing(classifier: object) -> Iterator[None]:
    """Give a classifier all attributes of before if the block fails: at an error, or at Ctrl-C in the first epoch.

    After Ctrl-C later on, what was learned stays. The block sets a new ``history_``, by which that is told.
    """
    attributes = vars(classifier)
    before = dict(attributes)
    try:
        yield
    except BaseException as problem:
        history = attributes.get("history_")
        if isinstance(problem, Exception) or not history or history is before.get("history_"):
            attributes.clear()
            attributes.update(before)
        raise


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
    prefix, suffix = divide(model) if trainable_count(model)[0] else (None, model)
    features, labels, skipped = _crossed(prefix, suffix, samples, extraction)
    if not len(labels):
        raise ArgumentError("None of the pictures can be read.")
    compute = predictor(suffix, precision=extraction.precision)
    rows = np.arange(len(labels))
    parts = (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))
    return labels, of_all_classes(compute((features.take(part),) for part in parts)), skipped


def _crossed(
    prefix: "keras.Model | None", suffix: "keras.Model", samples: Samples, extraction: Extraction
) -> tuple[Features | ScaledPictures, NDArray[np.int64], int]:
    """What the trained part takes for each usable picture, their labels, and how many are not usable."""
    if prefix is None:
        errors = _unreadable(samples, extraction)
        kept = np.array([index for index in range(len(samples.labels)) if index not in errors], np.int64)
        channels_first = suffix.input_shape[1] == 3 and suffix.input_shape[3] != 3
        features: Any = ScaledPictures(samples.take(kept).pictures, extraction.preparation, channels_first)
    else:
        extracted = extract(
            prefix,
            samples.pictures,
            extraction.preparation,
            precision=extraction.precision,
            store=extraction.store,
            on_error=extraction.on_error,
            verify=extraction.verify,
        )
        features, kept, errors = extracted.features, extracted.kept, extracted.errors
    if errors:
        problem = errors[min(errors)]
        warn(f"{len(errors)} of {len(samples.labels)} pictures cannot be used and are left out. The first: {problem}")
    return features, samples.labels[kept], len(errors)


def _unreadable(samples: Samples, extraction: Extraction) -> dict[int, Problem]:
    """Files that are no usable pictures; found before an epoch ends at one of them."""
    if isinstance(samples.pictures, np.ndarray):
        return {}
    preparation = extraction.preparation
    errors: dict[int, Problem] = {}
    for index, found in enumerate(read_resized(samples.pictures, preparation.size, preparation.interpolation)):
        if not isinstance(found, np.ndarray):
            if extraction.on_error == "raise":
                raise found
            errors[index] = found
    return errors
