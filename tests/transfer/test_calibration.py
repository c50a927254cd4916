"""Measures of how far probabilities can be believed, against scikit-learn's and by hand."""

import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.transfer.calibration import Accepted, accepted, lowest_threshold, reliability, temperature_of

pytestmark = pytest.mark.single_backend

# Three pictures are answered right, two are not; how sure each answer is: 0.9, 0.8, 0.7, 0.6, 0.5.
TRUTH = [0, 1, 1, 1, 0]
PROBABILITIES = [[0.9, 0.1, 0], [0.1, 0.8, 0.1], [0.7, 0.3, 0], [0, 0.6, 0.4], [0.2, 0.3, 0.5]]


def drawn(count: int, temperature: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Truth and scores of answers that are too sure by a temperature: the truth is drawn as the softmax says."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(0, 3, (count, 4))
    cumulated = softmax(scores / temperature).cumsum(axis=1)
    return (generator.random((count, 1)) > cumulated).sum(axis=1).clip(0, 3), scores


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def test_by_hand():
    found = reliability(TRUTH, PROBABILITIES, bins=4)
    assert found.count == (0, 1, 2, 2)  # 0.5 belongs to the bin that ends there
    assert np.isnan(found.confidence[0]) and np.isnan(found.accuracy[0])
    assert found.confidence[1:] == pytest.approx((0.5, 0.65, 0.85))
    assert found.accuracy[1:] == (0, 0.5, 1)
    assert found.error == pytest.approx((1 * 0.5 + 2 * 0.15 + 2 * 0.15) / 5)


def test_perfect_and_worst():
    assert reliability([0, 1], np.eye(2)).error == 0
    assert reliability([1, 0], np.eye(2)).error == 1
    assert reliability([1, 0], np.eye(2)).count == (0,) * 14 + (2,)


@pytest.mark.parametrize("bins", [1, 5, 15])
def test_the_curve_is_that_of_scikit_learn(bins):
    calibration = pytest.importorskip("sklearn.calibration")
    truth, scores = drawn(500, 2)
    probabilities = softmax(scores)
    right = probabilities.argmax(axis=1) == truth
    accuracy, confidence = calibration.calibration_curve(right, probabilities.max(axis=1), n_bins=bins)
    found = reliability(truth, probabilities, bins)
    filled = np.array(found.count) > 0
    np.testing.assert_allclose(np.array(found.accuracy)[filled], accuracy, rtol=1e-12)
    np.testing.assert_allclose(np.array(found.confidence)[filled], confidence, rtol=1e-12)
    assert sum(found.count) == 500
    weights = np.array(found.count)[filled] / 500
    assert found.error == pytest.approx((weights * np.abs(accuracy - confidence)).sum())
    assert found.error > 0.05


def test_the_temperature_is_that_of_scikit_learn():
    calibration = pytest.importorskip("sklearn.calibration")
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.frozen import FrozenEstimator

    class Known(ClassifierMixin, BaseEstimator):
        """Answers with the scores that it gets as features."""

        def fit(self, x, y):
            self.classes_ = np.unique(y)
            return self

        def predict(self, x):
            return x.argmax(axis=1)

        def predict_proba(self, x):
            return softmax(x)

    truth, scores = drawn(400, 2.5)
    known = FrozenEstimator(Known().fit(scores, truth))
    theirs = calibration.CalibratedClassifierCV(known, method="temperature").fit(scores, truth)
    ours = softmax(scores / temperature_of(truth, scores))
    np.testing.assert_allclose(ours, theirs.predict_proba(scores), atol=2e-4)
    assert np.abs(ours - softmax(scores)).max() > 0.05


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_the_temperature_that_was_drawn_with_is_found(temperature):
    truth, scores = drawn(20_000, temperature)
    found = temperature_of(truth, scores + 17)  # a number for all classes of a picture changes nothing
    assert found == pytest.approx(temperature, rel=0.05)
    assert found == pytest.approx(temperature_of(truth, scores), rel=1e-3)
    before, after = (reliability(truth, softmax(scores / divisor)).error for divisor in (1, found))
    assert after < 0.015
    assert temperature == 1 or before > 5 * after


def test_the_temperature_is_the_least_of_a_grid():
    truth, scores = drawn(60, 2)
    grid = np.geomspace(0.1, 10, 2001)
    losses = [-np.log(softmax(scores / t)[np.arange(60), truth]).mean() for t in grid]
    assert temperature_of(truth, scores) == pytest.approx(grid[np.argmin(losses)], rel=3e-3)


def test_all_right_tells_nothing_of_the_temperature():
    assert temperature_of([0, 1], [[2.0, 0], [0, 2.0]]) == 1
    assert temperature_of([1, 0], [[2.0, 0], [0, 2.0]]) == pytest.approx(100, rel=1e-3)  # all wrong: never sure


@pytest.mark.parametrize(
    ("threshold", "coverage", "accuracy"), [(0, 1, 0.6), (0.6, 0.8, 0.75), (0.75, 0.4, 1), (0.9, 0.2, 1)]
)
def test_accepted_by_hand(threshold, coverage, accuracy):
    found = accepted(TRUTH, PROBABILITIES, threshold)
    assert found == Accepted(threshold=threshold, coverage=coverage, accuracy=accuracy)


def test_nothing_is_accepted():
    found = accepted(TRUTH, PROBABILITIES, 0.95)
    assert found.coverage == 0
    assert np.isnan(found.accuracy)


@pytest.mark.parametrize(("accuracy", "threshold"), [(1, 0.701), (0.75, 0.501), (0.6, 0.5), (0.1, 0.5)])
def test_the_lowest_threshold_by_hand(accuracy, threshold):
    assert lowest_threshold(TRUTH, PROBABILITIES, accuracy) == threshold


@pytest.mark.parametrize("seed", range(3))
def test_the_lowest_threshold_is_the_lowest(seed):
    truth, scores = drawn(300, 2, seed)
    probabilities = softmax(scores)
    threshold = lowest_threshold(truth, probabilities, 0.9)
    assert accepted(truth, probabilities, threshold).accuracy >= 0.9
    least = probabilities.max(axis=1).min()
    lower = [step / 1000 for step in range(round(threshold * 1000)) if step / 1000 >= least]
    assert lower
    assert all(accepted(truth, probabilities, value).accuracy < 0.9 for value in lower)


def test_where_the_surest_answer_is_wrong():
    message = r"No threshold makes 0.99 of the accepted answers right: of these 5 pictures 0.800 at most"
    with pytest.raises(ArgumentError, match=message):
        lowest_threshold([1, 1, 0, 0, 0], [[0.99, 0.01], [0.1, 0.9], [0.8, 0.2], [0.7, 0.3], [0.7, 0.3]])
    with pytest.raises(ArgumentError, match=r"accuracy=1.5; allowed are numbers above 0, at most 1"):
        lowest_threshold(TRUTH, PROBABILITIES, 1.5)


@pytest.mark.parametrize("measure", [reliability, lowest_threshold])
@pytest.mark.parametrize(
    ("truth", "probabilities", "message"),
    [
        ([0, 1], np.eye(3), r"Truth of shape \(2,\), probabilities of shape \(3, 3\); needed are \(N,\) and \(N, k\)"),
        ([], np.zeros((0, 2)), "at least one picture"),
        ([0], [0.5], r"needed are \(N,\) and \(N, k\)"),
        ([2, 0], np.eye(2), "Truth must be whole numbers from 0 to 1"),
        ([0.0, 1.0], np.eye(2), "Truth must be whole numbers from 0 to 1"),
        ([0, 1], [[1.5, -0.5], [0, 1]], r"no numbers in \[0, 1\]"),
        ([0, 1], [[np.nan, 0.5], [0, 1]], r"no numbers in \[0, 1\]"),
    ],
    ids=["lengths", "nothing", "one number", "another class", "fractions", "no probabilities", "NaN"],
)
def test_what_is_refused(measure, truth, probabilities, message):
    with pytest.raises(ArgumentError, match=message):
        measure(truth, probabilities)


def test_no_bin():
    with pytest.raises(ArgumentError, match="bins=0; at least one is needed"):
        reliability(TRUTH, PROBABILITIES, 0)
