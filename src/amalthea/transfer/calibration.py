"""Whether probabilities can be believed, and from which one on an answer should be."""

from dataclasses import dataclass
from math import exp, floor, log, nan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ArgumentError

_FEWEST = 20  # pictures; of fewer, one more mistake would make another temperature
_HOTTEST = 100.0  # and coldest: a hundredth; beyond either, probabilities say nothing
_STEPS = 1000  # of thresholds between 0 and 1


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """How sure answers are and how often they are right, in bins of equal width from 0 to 1.

    Attributes:
        confidence: mean probability of the answers in each bin; NaN where there are none.
        accuracy: part of them, in [0, 1], that is right; NaN where there are none.
        count: number of answers in each bin.
        error: expected calibration error, in [0, 1]: the distance between accuracy and confidence, averaged over the
            answers of all bins. 0 means that of the answers given with a probability of 0.8, a part of 0.8 is right.
    """

    confidence: tuple[float, ...]
    accuracy: tuple[float, ...]
    count: tuple[int, ...]
    error: float


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What remains of answers if those below a threshold are taken for "none of these".

    Attributes:
        threshold: the probability that the best class must have at least.
        coverage: part of the pictures, in [0, 1], that a class is named for.
        accuracy: part of those, in [0, 1], for which it is the right one; NaN where no class is named at all.
    """

    threshold: float
    coverage: float
    accuracy: float


def check_calibration(pictures: int) -> None:
    """Refuse to calibrate with so many pictures, before they are computed, where they are too few.

    Raises:
        ArgumentError: fewer than 20.
    """
    if pictures < _FEWEST:
        raise ArgumentError(
            f"{pictures} pictures do not tell how sure a classifier should be; give {_FEWEST} or more that it did not "
            "learn from."
        )


def reliability(truth: ArrayLike, probabilities: ArrayLike, bins: int = 15) -> Reliability:
    """Compare how sure answers are with how often they are right, as Guo et al. do (2017, arXiv:1706.04599).

    Args:
        truth: shape (N,), whole numbers: each picture's place among the classes.
        probabilities: shape (N, k), one column a class; the greatest of a row is its answer's.
        bins: of equal width; a probability on the border of two belongs to the lower one.

    Raises:
        ArgumentError: the shapes do not fit, a number is no probability, or there is no picture or no bin.

    Example:
        >>> reliability([0, 1, 1, 1], [[0.8, 0.2], [0.3, 0.7], [0.3, 0.7], [0.7, 0.3]], bins=2).count
        (0, 4)
    """
    right, confidence = _judged(truth, probabilities)
    if bins < 1:
        raise ArgumentError(f"bins={bins}; at least one is needed.")
    places = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence)
    counts = np.bincount(places, minlength=bins)
    sure, correct = (np.bincount(places, values, minlength=bins) for values in (confidence, right))
    return Reliability(
        confidence=_means(sure, counts),
        accuracy=_means(correct, counts),
        count=tuple(counts.tolist()),
        error=float(np.abs(correct - sure).sum() / len(right)),
    )


def accepted(truth: ArrayLike, probabilities: ArrayLike, threshold: float) -> Accepted:
    """What a threshold makes of answers.

    Args:
        truth: as for ``reliability``.
        probabilities: as there.
        threshold: in [0, 1].

    Raises:
        ArgumentError: as there.
    """
    right, confidence = _judged(truth, probabilities)
    named = confidence >= threshold
    accuracy = float(right[named].mean()) if named.any() else nan
    return Accepted(threshold=float(threshold), coverage=float(named.mean()), accuracy=accuracy)


def lowest_threshold(truth: ArrayLike, probabilities: ArrayLike, accuracy: float = 0.99) -> float:
    """The lowest threshold from which on answers are as right as is wanted.

    It is never below the least probability among the answers, so that whatever makes a classifier less sure than all
    these pictures do is none of its classes.

    Args:
        truth: as for ``reliability``.
        probabilities: as there.
        accuracy: part of the accepted answers, in (0, 1], that must be right.

    Returns:
        In thousandths.

    Raises:
        ArgumentError: as there; or no threshold leaves answers that are so right.

    Example:
        >>> lowest_threshold([0, 0, 1], [[0.9, 0.1], [0.45, 0.55], [0.4, 0.6]])
        0.551
    """
    right, confidence = _judged(truth, probabilities)
    if not 0 < accuracy <= 1:
        raise ArgumentError(f"accuracy={accuracy!r}; allowed are numbers above 0, at most 1.")
    best = 0.0
    for step in range(min(floor(confidence.min() * _STEPS), _STEPS), _STEPS + 1):
        named = confidence >= step / _STEPS
        if not named.any():
            break
        best = max(best, float(right[named].mean()))
        if best >= accuracy:
            return step / _STEPS
    raise ArgumentError(
        f"No threshold makes {accuracy:g} of the accepted answers right: of these {len(right)} pictures {best:.3f} at "
        "most. Train longer or with more pictures, calibrate it, or accept less."
    )


def temperature_of(truth: ArrayLike, scores: ArrayLike) -> float:
    """The number by which scores are divided before the softmax so that the truth becomes most probable.

    Args:
        truth: shape (N,), whole numbers: each picture's place among the classes.
        scores: shape (N, k): logarithms of probabilities, each row less any number.

    Returns:
        From 0.01 to 100: above 1 for answers that were too sure. 1 where every answer is right, for then a lower one
        is always better, and nothing says how low.

    Example:
        >>> round(temperature_of([0, 0, 0, 1], [[3.0, 0.0]] * 4), 2)
        2.73
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    labels, numbers = np.asarray(truth), np.asarray(scores, np.float64)
    if (numbers.argmax(axis=1) == labels).all():
        return 1.0
    own = np.take_along_axis(numbers, labels[:, None], axis=1)[:, 0]

    def loss(logarithm: float) -> float:
        temperature = exp(logarithm)
        return float(np.mean(logsumexp(numbers / temperature, axis=1) - own / temperature))

    widest = log(_HOTTEST)
    found = minimize_scalar(loss, bounds=(-widest, widest), method="bounded", options={"xatol": 1e-6})
    return exp(found.x)


def _means(sums: NDArray[Any], counts: NDArray[np.intp]) -> tuple[float, ...]:
    return tuple(total / count if count else nan for total, count in zip(sums.tolist(), counts.tolist(), strict=True))


def _judged(truth: ArrayLike, probabilities: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Whether each answer is right, and its probability."""
    labels, numbers = np.asarray(truth), np.asarray(probabilities, np.float64)
    if numbers.ndim != 2 or labels.shape != numbers.shape[:1] or not len(labels):
        raise ArgumentError(
            f"Truth of shape {labels.shape}, probabilities of shape {numbers.shape}; needed are (N,) and (N, k) of at "
            "least one picture."
        )
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= numbers.shape[1]:
        raise ArgumentError(f"Truth must be whole numbers from 0 to {numbers.shape[1] - 1}, the places of the classes.")
    if not (numbers.min() >= 0 and numbers.max() <= 1 + 1e-3):  # bfloat16 rounds a little above
        raise ArgumentError("Some of the probabilities are no numbers in [0, 1].")
    return numbers.argmax(axis=1) == labels, numbers.max(axis=1)
