"""What a cross-validation found: figures by fold and by class, answers, and the classifiers that gave them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..classifier.image_classifier import ImageClassifier
from ..classifier.labelled import Samples
from ..classifier.saving import finite
from ..evaluation import Report, evaluate
from ..tables import aligned
from .ensemble import ensemble_of, set_apart

_LEAST = 1e-7  # of a probability, for its logarithm


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CrossValidation:
    """What the folds of a cross-validation answered for the pictures they held back. As text it is a table.

    Attributes:
        fitted: a classifier a fold, which may share layers; ``classifiers`` is for use.
        folds: shape (N,): which fold held each picture back, from 0; -1: none, for it could not be read.
        predictions: shape (N, k): probabilities of the k classes by the classifier of that fold; NaN for such pictures.
        accuracies: of each fold, in [0, 1].
        losses: of each fold: the mean of ``-log(p)``, where ``p`` is the probability of the right class.
        recalls: of each fold, a number for each class: the part of its pictures that was taken for it; NaN where the
            fold held back none.
        report: on the predictions of all folds together.
        seconds: ``"features"``: until all pictures had crossed the frozen network; ``"training"``: all that followed.
    """

    fitted: tuple[ImageClassifier, ...]
    folds: NDArray[np.int64]
    predictions: NDArray[np.float32]
    accuracies: tuple[float, ...]
    losses: tuple[float, ...]
    recalls: tuple[tuple[float, ...], ...]
    report: Report
    seconds: Mapping[str, float]

    @cached_property
    def classifiers(self) -> tuple[ImageClassifier, ...]:
        """One a fold, fitted to the pictures of all others; each gets layers of its own when first asked for."""
        set_apart(self.fitted)
        return self.fitted

    @property
    def accuracy(self) -> float:
        """Mean over the folds."""
        return float(np.mean(self.accuracies))

    @property
    def deviation(self) -> float:
        """Standard deviation of the folds' accuracies, of a sample (divided by their number less one)."""
        return float(np.std(self.accuracies, ddof=1))

    def ensemble(self) -> ImageClassifier:
        """The classifiers of all folds as one, whose probabilities are the mean of theirs.

        Its ``model_`` is one plain model of Keras: what is equal in all folds, such as a frozen network, is in it once.
        It predicts, evaluates, is saved and loaded as any other. Its layers are its own.
        """
        return ensemble_of(self.fitted)

    def __str__(self) -> str:
        parts = ([self._summary()], self._by_fold(), self._by_class())
        return "\n\n".join("\n".join(part) for part in parts)

    def to_json(self) -> str:
        """As ``to_dict``, JSON in ASCII; null where a fold held back none of a class."""
        return json.dumps(finite(self.to_dict()), indent=2)

    def to_dict(self) -> dict[str, Any]:
        """All but classifiers and predictions, as plain values; NaN where a fold held back none of a class."""
        names = ("pictures", "accuracy", "loss")
        by_fold = zip(self._sizes(), self.accuracies, self.losses, strict=True)
        return {
            "accuracy": {"mean": self.accuracy, "deviation": self.deviation},
            "loss": dict(zip(("mean", "deviation"), _mean_and_deviation(self.losses), strict=True)),
            "folds": [dict(zip(names, row, strict=True)) for row in by_fold],
            "recall": [
                {"class": name, "mean": mean, "deviation": deviation, "folds": values}
                for name, (mean, deviation), values in self._recall_by_class()
            ],
            "report": self.report.to_dict(),
            "seconds": dict(self.seconds),
        }

    def _sizes(self) -> list[int]:
        return [int(np.sum(self.folds == number)) for number in range(len(self.fitted))]

    def _recall_by_class(self) -> list[tuple[str, tuple[float, float], tuple[float, ...]]]:
        columns = zip(*self.recalls, strict=True)
        return [
            (name, _mean_and_deviation(column), column)
            for name, column in zip(self.report.classes, columns, strict=True)
        ]

    def _summary(self) -> str:
        left_out = f"; {self.report.skipped} could not be read" if self.report.skipped else ""
        return (
            f"Accuracy {self.accuracy:.3f} ± {self.deviation:.3f}: {len(self.accuracies)} folds of "
            f"{sum(self.report.support)} pictures{left_out}"
        )

    def _by_fold(self) -> list[str]:
        measured = zip(self._sizes(), self.accuracies, self.losses, strict=True)
        rows = [
            (str(number), str(size), f"{accuracy:.3f}", f"{loss:.3f}")
            for number, (size, accuracy, loss) in enumerate(measured, start=1)
        ]
        both = zip(_mean_and_deviation(self.accuracies), _mean_and_deviation(self.losses), strict=True)
        last = [
            (title, "", _shown(accuracy), _shown(loss))
            for title, (accuracy, loss) in zip(("mean", "deviation"), both, strict=True)
        ]
        return aligned([("fold", "pictures", "accuracy", "loss"), *rows, *last])

    def _by_class(self) -> list[str]:
        rows = [
            (name, str(support), _shown(mean), _shown(deviation))
            for (name, (mean, deviation), _), support in zip(self._recall_by_class(), self.report.support, strict=True)
        ]
        return aligned([("class", "pictures", "mean recall", "deviation"), *rows])


def judged(
    classifiers: tuple[ImageClassifier, ...],
    samples: Samples,
    folds: NDArray[np.int64],
    answered: NDArray[np.float32],
    seconds: Mapping[str, float],
) -> CrossValidation:
    """Compare what the folds answered with the truth.

    Args:
        classifiers: of the folds.
        samples: N pictures.
        folds: see ``CrossValidation``.
        answered: see ``CrossValidation.predictions``.
        seconds: see there.
    """
    parts = [np.flatnonzero(folds == number) for number in range(len(classifiers))]
    right = answered.argmax(axis=1) == samples.labels
    own = np.take_along_axis(answered, samples.labels[:, None], axis=1)[:, 0]
    classes = range(len(samples.classes))
    answering = np.flatnonzero(folds >= 0)
    return CrossValidation(
        fitted=classifiers,
        folds=folds,
        predictions=answered,
        accuracies=tuple(float(right[part].mean()) for part in parts),
        losses=tuple(float(-np.log(own[part].clip(_LEAST)).mean()) for part in parts),
        recalls=tuple(tuple(_part(right[part][samples.labels[part] == label]) for label in classes) for part in parts),
        report=evaluate(
            samples.labels[answering],
            answered[answering],
            list(map(str, samples.classes)),
            skipped=len(folds) - len(answering),
        ),
        seconds=seconds,
    )


def _part(right: NDArray[np.bool_]) -> float:
    return float(right.mean()) if len(right) else nan


def _mean_and_deviation(values: Sequence[float]) -> tuple[float, float]:
    """Of those that are numbers; without two of them there is no deviation."""
    known = [value for value in values if not isnan(value)]
    mean = float(np.mean(known)) if known else nan
    return mean, float(np.std(known, ddof=1)) if len(known) > 1 else nan


def _shown(value: float) -> str:
    return "" if isnan(value) else f"{value:.3f}"
