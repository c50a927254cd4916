"""How good the answers of a classifier are."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ArgumentError, MissingDependencyError
from .calibration import Accepted, accepted
from .tables import aligned

_WIDEST = 100  # columns of text
_MISTAKES = 10  # listed where the matrix would be wider


@dataclass(frozen=True, kw_only=True)
class Report:
    """Answers compared with the truth. As text it is a table.

    Attributes:
        classes: names, in the order of all that follows.
        accuracy: part of the pictures, in [0, 1], whose most probable class is the right one.
        confusion: number of pictures of each class (rows) that were taken for each class (columns).
        precision: of the pictures taken for a class, the part that shows it; 0 where there is none.
        recall: of the pictures that show a class, the part taken for it; 0 where there is none.
        f1: harmonic mean of precision and recall.
        confidence: mean probability, in [0, 1], of the answers that name the class; 0 where there is none. Where these
            can be believed, it is as high as the precision.
        support: number of pictures that show the class.
        skipped: number of pictures that could not be read and count nowhere.
        accepted: what a threshold leaves of the answers; None: there is none. All else counts all answers.
    """

    classes: tuple[str, ...]
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]
    confidence: tuple[float, ...]
    support: tuple[int, ...]
    skipped: int = 0
    accepted: Accepted | None = None

    def __str__(self) -> str:
        return "\n\n".join("\n".join(part) for part in (self._summary(), self._by_class(), self._mistakes()) if part)

    def to_json(self) -> str:
        """As ``to_dict``, a JSON object in ASCII, which holds names that no encoding knows."""
        return json.dumps(self.to_dict(), indent=2)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values: accuracy, counts, a dictionary for each class, and the confusion matrix."""
        columns = self.classes, self.precision, self.recall, self.f1, self.confidence, self.support
        names = ("class", "precision", "recall", "f1", "confidence", "support")
        return {
            "accuracy": self.accuracy,
            "pictures": sum(self.support),
            "skipped": self.skipped,
            "accepted": self._accepted_for_json(),
            "classes": [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)],
            "confusion": self.confusion,
        }

    def confusions(self) -> list[tuple[str, str, int]]:
        """Which class was taken for which other, and how often, the most frequent first."""
        pairs = [
            (self.classes[shown], self.classes[taken], count)
            for shown, counts in enumerate(self.confusion)
            for taken, count in enumerate(counts)
            if count and shown != taken
        ]
        return sorted(pairs, key=lambda pair: (-pair[2], pair))

    def _summary(self) -> list[str]:
        left_out = f"; {self.skipped} could not be read" if self.skipped else ""
        lines = [f"Accuracy {self.accuracy:.3f} on {sum(self.support)} pictures{left_out}"]
        if (found := self.accepted) is not None:
            right = f", and right for {found.accuracy:.3f} of those" if found.coverage else ""
            lines.append(f"Threshold {found.threshold:.3f}: a class is named for {found.coverage:.3f} of them{right}")
        return lines

    def _accepted_for_json(self) -> dict[str, float | None] | None:
        """Without NaN, which JSON does not know."""
        if self.accepted is None:
            return None
        return {**asdict(self.accepted), "accuracy": self.accepted.accuracy if self.accepted.coverage else None}

    def _by_class(self) -> list[str]:
        measures = zip(self.classes, self.precision, self.recall, self.f1, self.support, strict=True)
        rows = [(name, *(f"{value:.3f}" for value in values), str(count)) for name, *values, count in measures]
        return aligned([("class", "precision", "recall", "f1", "pictures"), *rows])

    def _mistakes(self) -> list[str]:
        """What was taken for what: the whole matrix, or where that is too wide, the most frequent mistakes."""
        rows = [(name, *map(str, counts)) for name, counts in zip(self.classes, self.confusion, strict=True)]
        lines = aligned([("shown \\ taken for", *self.classes), *rows])
        if len(lines[0]) <= _WIDEST:
            return lines
        mistakes = [(shown, taken, str(count)) for shown, taken, count in self.confusions()[:_MISTAKES]]
        return aligned([("shown", "taken for", "pictures"), *mistakes]) if mistakes else []


def evaluate(
    truth: ArrayLike,
    probabilities: ArrayLike,
    classes: Sequence[str],
    skipped: int = 0,
    threshold: float | None = None,
) -> Report:
    """Compare answers with the truth.

    Args:
        truth: shape (N,), whole numbers: each picture's place in ``classes``.
        probabilities: shape (N, k), one column a class; the greatest of a row is its answer.
        classes: k names.
        skipped: number of pictures that could not be read, for the report.
        threshold: the probability that the best class must have at least to be named; None: it is in any case.

    Raises:
        ArgumentError: the shapes do not fit, or there is no picture, or a value is no number.
        MissingDependencyError: scikit-learn is not installed.

    Example:
        >>> report = evaluate([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], ["cat", "dog"])
        >>> report.confusion
        ((1, 0), (1, 1))
    """
    check_scikit_learn()
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    truth, answers = _checked(truth, probabilities, classes)
    left = None if threshold is None else accepted(truth, probabilities, threshold)
    labels = range(len(classes))
    precision, recall, f1, support = precision_recall_fscore_support(truth, answers, labels=labels, zero_division=0)
    return Report(
        classes=tuple(classes),
        accuracy=float(np.mean(truth == answers)),
        confusion=tuple(map(tuple, confusion_matrix(truth, answers, labels=labels).tolist())),
        precision=tuple(precision.tolist()),
        recall=tuple(recall.tolist()),
        f1=tuple(f1.tolist()),
        confidence=_confidence(answers, probabilities, len(classes)),
        support=tuple(support.tolist()),
        skipped=skipped,
        accepted=left,
    )


def _confidence(answers: NDArray[np.int64], probabilities: ArrayLike, classes: int) -> tuple[float, ...]:
    """Mean probability of the answers that name each class."""
    own = np.asarray(probabilities).max(axis=1)
    sums, counts = np.bincount(answers, own, minlength=classes), np.bincount(answers, minlength=classes)
    return tuple((sums / np.maximum(counts, 1)).tolist())


def check_scikit_learn() -> None:
    """Raise what ``evaluate`` would raise only after all answers are there.

    Raises:
        MissingDependencyError: scikit-learn is not installed.
    """
    try:
        import sklearn.metrics  # noqa: F401
    except ImportError:
        raise MissingDependencyError('Reports need scikit-learn: pip install "amalthea[training]"') from None


def _checked(
    truth: ArrayLike, probabilities: ArrayLike, classes: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Truth and answers."""
    truth, scores = np.asarray(truth), np.asarray(probabilities)
    if scores.shape != (len(truth), len(classes)) or truth.ndim != 1 or not len(truth):
        raise ArgumentError(
            f"Truth of shape {truth.shape}, probabilities of shape {scores.shape}, {len(classes)} classes; needed are "
            "(N,) and (N, k) of at least one picture and k classes."
        )
    if not np.issubdtype(truth.dtype, np.integer) or truth.min() < 0 or truth.max() >= len(classes):
        raise ArgumentError(f"Truth must be whole numbers from 0 to {len(classes) - 1}, the places of the classes.")
    if not np.isfinite(scores).all():
        raise ArgumentError(
            "Some probabilities are no finite numbers: the network's weights may have grown beyond all."
        )
    return truth, scores.argmax(axis=1)
