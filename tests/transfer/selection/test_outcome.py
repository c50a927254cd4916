"""Figures of a cross-validation, counted by hand and by scikit-learn."""

import json
from math import isnan

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, recall_score

from amalthea.transfer.classifier.labelled import Samples
from amalthea.transfer.selection.outcome import CrossValidation, judged

pytestmark = pytest.mark.single_backend

CLASSES = ("cat", "dog", "owl")
LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 0])
FOLDS = np.array([0, 0, 1, 1, 0, 1, 1, 0, 0, -1])  # the second fold held back no owl; one could not be read
ANSWERS = [0, 1, 0, 0, 1, 1, 2, 2, 2]


@pytest.fixture
def found() -> CrossValidation:
    answered = np.full((10, 3), np.nan, np.float32)
    answered[:9] = 0.1
    answered[np.arange(9), ANSWERS] = 0.8
    samples = Samples(np.zeros((10, 1, 1, 3), np.uint8), LABELS, np.array(CLASSES))
    return judged((None, None), samples, FOLDS, answered, {"features": 1.0, "training": 2.0})


def test_figures_are_those_of_scikit_learn(found):
    for number in range(2):
        part = np.flatnonzero(number == FOLDS)
        answers, labels = found.predictions[part].astype(np.float64), LABELS[part]
        assert found.accuracies[number] == pytest.approx(accuracy_score(labels, answers.argmax(axis=1)))
        rows = answers / answers.sum(axis=1, keepdims=True)
        assert found.losses[number] == pytest.approx(log_loss(labels, rows, labels=range(3)), abs=1e-6)
        recalls = recall_score(labels, answers.argmax(axis=1), labels=range(3), average=None, zero_division=np.nan)
        np.testing.assert_allclose(found.recalls[number], recalls)
    assert found.accuracy == pytest.approx((4 / 5 + 3 / 4) / 2)
    assert found.deviation == pytest.approx(np.std([4 / 5, 3 / 4], ddof=1))
    assert found.report.accuracy == pytest.approx(7 / 9)
    assert (found.report.skipped, found.report.support) == (1, (4, 3, 2))
    assert isnan(found.recalls[1][2])


def test_as_text(found):
    assert str(found) == (
        "Accuracy 0.775 ± 0.035: 2 folds of 9 pictures; 1 could not be read\n"
        "\n"
        "fold       pictures  accuracy   loss\n"
        "1                 5     0.800  0.639\n"
        "2                 4     0.750  0.743\n"
        "mean                    0.775  0.691\n"
        "deviation               0.035  0.074\n"
        "\n"
        "class  pictures  mean recall  deviation\n"
        "cat           4        0.750      0.354\n"
        "dog           3        0.750      0.354\n"
        "owl           2        1.000"
    )


def test_as_json(found):
    value = json.loads(found.to_json())
    assert value["accuracy"] == {"mean": pytest.approx(0.775), "deviation": pytest.approx(np.std([0.8, 0.75], ddof=1))}
    assert value["folds"][0] == {"pictures": 5, "accuracy": 0.8, "loss": pytest.approx(found.losses[0])}
    assert value["recall"][2] == {"class": "owl", "mean": 1.0, "deviation": None, "folds": [1.0, None]}
    assert value["report"]["skipped"] == 1
    assert value["seconds"] == {"features": 1.0, "training": 2.0}
