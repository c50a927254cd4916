"""A classifier, trained here or opened from a file, asked about pictures whose classes are known."""

from collections.abc import Iterator
from math import isnan, nan
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError
from ...images import Preparation
from ...runtime import Predictor
from ..classifier.answering import Answering, check_fitted, judged_by, samples_of_fit
from ..classifier.labelled import Samples, samples_of

Classifier: TypeAlias = Answering | Predictor


def check_classifier(classifier: Any) -> None:
    """Refuse what cannot be asked.

    Raises:
        ArgumentError: before ``fit``, a predictor that knows no classes, or something else.
    """
    if isinstance(classifier, Answering):
        check_fitted(classifier, "Call fit before a report can be written of it.")
    elif not isinstance(classifier, Predictor):
        raise ArgumentError(
            f"A report is of a fitted ImageClassifier, or of what amalthea.load opens; given was "
            f"{type(classifier).__name__}."
        )
    elif not classifier.classes or classifier.preparation is None:
        raise ArgumentError(
            f"{classifier.name} does not say which classes it knows and which pixels it expects. Save the model with "
            "amalthea.save(model, path, classes=..., scaling=...)."
        )


def name_of(classifier: Classifier) -> str:
    """Of its network."""
    if isinstance(classifier, Predictor):
        return classifier.variant.name if classifier.variant else classifier.name
    return classifier.variant_ or str(classifier.model_.name)


def preparation_of(classifier: Classifier) -> Preparation:
    """What it expects of pictures."""
    known = classifier.preparation if isinstance(classifier, Predictor) else classifier.preparation_
    assert known is not None  # see ``check_classifier``
    return known


def names_of(classifier: Classifier) -> tuple[str, ...]:
    """Of its classes, in the order of its scores."""
    return classifier.classes if isinstance(classifier, Predictor) else tuple(map(str, classifier.classes_))


def labelled(classifier: Classifier, x: Any, y: Any) -> Samples:
    """Pictures and their places among the classes of a classifier.

    Args:
        classifier: whose classes they are of.
        x: as for ``ImageClassifier.evaluate``; for a predictor, files alone.
        y: as there.

    Raises:
        ArgumentError, MissingFileError: as there.
    """
    classes = np.array(classifier.classes) if isinstance(classifier, Predictor) else classifier.classes_
    order = np.argsort(classes)  # those of a file may stand in any
    samples = samples_of(x, y, classes[order], some=True)
    if isinstance(classifier, Predictor) and isinstance(samples.pictures, np.ndarray):
        raise ArgumentError(f"{classifier.name} is judged by picture files: give a folder, or paths and their classes.")
    return Samples(samples.pictures, order[samples.labels], classes)


def answers_of(classifier: Classifier, samples: Samples, views: int) -> NDArray[np.float32]:
    """Probabilities of all classes, shape (N, k); features that are kept are used.

    Args:
        classifier: to be asked.
        samples: all of them usable.
        views: of each picture, see ``ImageClassifier.predict_proba``.

    Raises:
        ArgumentError: pictures that do not fit.
        ImageError, MissingFileError: a file has become unusable meanwhile, and that is not to be left out.
    """
    if isinstance(classifier, Predictor):
        files = list(samples.pictures)
        found = classifier.probabilities(files, views=views)
        return np.stack([scores for scores in found if isinstance(scores, np.ndarray)])
    _, scores, skipped = judged_by(classifier, samples, views)
    if skipped:
        raise ArgumentError(
            f"{skipped} of the pictures have become unusable while the report was written. Write it again."
        )
    return scores


def learned_pictures(classifier: Classifier, training: Any) -> list[Samples]:
    """The pictures that a classifier learned from: those given, else those of ``fit`` and ``fine_tune``.

    None where they are not known, as those of what another process trained. Those of a fine-tuning that was discarded
    are not among them.

    Args:
        classifier: a report is written of.
        training: a folder; (pictures, labels); or None.

    Raises:
        ArgumentError: something else, or as for ``labelled``.
    """
    if training is None:
        return [samples for before, samples, _, kept in _trainings(classifier) if isnan(kept) or kept > before]
    if isinstance(training, tuple | list) and len(training) == 2:
        return [labelled(classifier, *training)]
    return [labelled(classifier, training, None)]


def choosing_pictures(classifier: Classifier) -> list[Samples]:
    """The pictures to validate with by which the epoch was chosen whose weights a classifier has, as far as known."""
    return [held_back for _, _, held_back, kept in _trainings(classifier) if held_back is not None and not isnan(kept)]


def _trainings(classifier: Classifier) -> Iterator[tuple[int, Samples, Samples | None, float]]:
    """Those of this process.

    Yields:
        How many epochs were before; the pictures to learn from; those to validate with; and the number of the epoch
        that was the best in the end, NaN where the last one was taken whatever it was.
    """
    if isinstance(classifier, Predictor):
        return
    of_fit, history = samples_of_fit(classifier), classifier.history_
    begun = [*([(0, *of_fit)] if of_fit else []), *classifier._tunings]
    ends = [*(before for before, *_ in begun[1:]), len(history.get("loss", ()))]
    best = history.get("kept", [])
    for (before, samples, held_back), end in zip(begun, ends, strict=False):
        yield before, samples, held_back, best[end - 1] if 0 < end <= len(best) else nan
