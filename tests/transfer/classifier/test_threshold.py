"""None of these: a classifier that names a class only where it is sure enough."""

import json

import numpy as np
import pytest
from PIL import Image
from sklearn.base import clone

import amalthea
from amalthea.errors import ArgumentError
from amalthea.transfer import ImageClassifier
from tests.transfer.classifier.classes import classifier, coloured
from tests.transfer.classifier.untrained import untrained, varied
from tests.transfer.training.rows import trains

pytestmark = pytest.mark.single_backend
PICTURES = varied(60)


def middle(fitted: ImageClassifier) -> float:
    """A threshold between the probabilities of the surer and the less sure half of the answers."""
    sure = np.sort(fitted.predict_proba(PICTURES).max(axis=1).astype(float))
    assert sure[30] - sure[29] > 1e-5
    return float(sure[29:31].mean())


def test_improbable_classes_are_not_named():
    fitted = untrained()
    plain, least = fitted.predict(PICTURES), middle(fitted)
    sure = fitted.predict_proba(PICTURES).max(axis=1) >= least
    fitted.set_params(threshold=least)
    found = fitted.predict(PICTURES)
    assert (found.dtype, found.shape) == (object, (60,))
    assert [name is None for name in found] == (~sure).tolist()
    assert sum(sure) == 30
    assert found[sure].tolist() == plain[sure].tolist()
    assert all(type(name) is str for name in found[sure])
    everything = fitted.predict(PICTURES, threshold=0)
    assert everything.dtype == plain.dtype
    assert everything.tolist() == plain.tolist()
    assert set(fitted.predict(PICTURES, threshold=1)) == {None}
    assert fitted.predict_proba(PICTURES).shape == (60, 3)


def test_classes_that_are_numbers():
    fitted = untrained(threshold=0.0)
    fitted.classes_ = np.array([3, 7, 8])
    assert fitted.predict(PICTURES).dtype.kind == "i"
    found = fitted.predict(PICTURES, threshold=middle(fitted))
    assert set(found) <= {3, 7, 8, None}
    assert None in set(found) and len(set(found)) > 1


def test_a_report_tells_what_is_accepted():
    fitted = untrained()
    names = np.roll(fitted.predict(PICTURES), 1)
    least = middle(fitted)
    plain = fitted.evaluate(PICTURES, names)
    assert plain.accepted is None
    assert json.loads(plain.to_json())["accepted"] is None
    report = fitted.set_params(threshold=least).evaluate(PICTURES, names)
    sure = fitted.predict_proba(PICTURES).max(axis=1) >= least
    right = np.mean(fitted.predict(PICTURES)[sure] == names[sure])
    assert (report.accepted.threshold, report.accepted.coverage) == (least, 0.5)
    assert report.accepted.accuracy == pytest.approx(right)
    assert (report.accuracy, report.confusion) == (plain.accuracy, plain.confusion)
    assert fitted.score(PICTURES, names) == plain.accuracy
    expected = f"Threshold {least:.3f}: a class is named for 0.500 of them, and right for {right:.3f} of those"
    assert str(report).splitlines()[1] == expected
    assert json.loads(report.to_json())["accepted"] == {"threshold": least, "coverage": 0.5, "accuracy": right}
    nothing = fitted.evaluate(PICTURES, names, threshold=1)
    assert str(nothing).splitlines()[1] == "Threshold 1.000: a class is named for 0.000 of them"
    assert json.loads(nothing.to_json())["accepted"] == {"threshold": 1, "coverage": 0, "accuracy": None}
    assert fitted.evaluate(PICTURES, names, threshold=0).accepted is None


@pytest.mark.parametrize("views", [1, 2])
def test_a_threshold_is_found(views):
    fitted = untrained()
    names = fitted.predict(PICTURES, views=views)
    scores = fitted.predict_proba(PICTURES, views=views)
    unsure = np.argsort(scores.max(axis=1))[:20]
    names[unsure] = np.roll(fitted.classes_, 1)[scores[unsure].argmax(axis=1)]
    threshold = fitted.find_threshold(PICTURES, names, views=views)
    assert fitted.threshold is None
    report = fitted.evaluate(PICTURES, names, views=views, threshold=threshold)
    assert report.accepted.accuracy >= 0.99
    assert 0.5 < report.accepted.coverage <= 40 / 60
    lower = fitted.find_threshold(PICTURES, names, accuracy=0.5, views=views)
    assert lower <= scores.max(axis=1).min() + 0.001
    with pytest.raises(ArgumentError, match=r"No threshold makes 0.99 of the accepted answers right: of these 60"):
        fitted.find_threshold(PICTURES, np.roll(fitted.classes_, 1)[scores.argmax(axis=1)], views=views)


def test_files_keep_it(tmp_path):
    fitted = untrained()
    fitted.set_params(threshold=middle(fitted))
    fitted.save(tmp_path / "pets.keras")
    loaded = ImageClassifier.load(tmp_path / "pets.keras")
    assert loaded.threshold == fitted.threshold
    assert loaded.predict(PICTURES).tolist() == fitted.predict(PICTURES).tolist()
    assert clone(fitted).threshold == fitted.threshold
    fitted.save(tmp_path / "pets.onnx")
    predictor = amalthea.load(tmp_path / "pets.onnx")
    assert predictor.threshold == fitted.threshold
    for number, picture in enumerate(PICTURES[:20]):
        Image.fromarray(picture).save(tmp_path / f"{number:02}.png")
    answers = [prediction.answer for prediction in predictor.predict_images(sorted(tmp_path.glob("*.png")))]
    assert answers == fitted.predict(PICTURES[:20]).tolist()
    assert 0 < answers.count(None) < 20


@pytest.mark.parametrize("threshold", [-1, 1.5, "auto", True])
def test_what_is_no_probability(threshold):
    message = rf"threshold={threshold!r}; allowed are None and a probability in \[0, 1\]"
    with pytest.raises(ArgumentError, match=message):
        untrained().predict(PICTURES, threshold=threshold)
    with pytest.raises(ArgumentError, match=message):
        untrained(threshold=threshold).evaluate(PICTURES, ["red"] * 60)


@trains
def test_it_is_refused_before_training():
    pictures, names = coloured(12)
    with pytest.raises(ArgumentError, match=r"threshold=7; allowed are None and a probability in \[0, 1\]"):
        classifier(threshold=7).fit(pictures, names)
    fitted = classifier(epochs=6, threshold=0.6).fit(*coloured(60))
    assert fitted.score(pictures, names) == 1  # the most probable class counts
