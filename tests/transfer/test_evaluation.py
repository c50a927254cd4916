import json

import numpy as np
import pytest

from amalthea.errors import ArgumentError, MissingDependencyError
from amalthea.transfer.evaluation import Report, evaluate

pytestmark = pytest.mark.single_backend

CLASSES = ("cat", "dog", "red panda")


@pytest.fixture
def report() -> Report:
    """Ten pictures counted by hand; nothing is taken for a red panda."""
    pytest.importorskip("sklearn")
    truth = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]
    answers = [0, 0, 0, 1, 1, 1, 0, 0, 0, 1]
    probabilities = np.full((10, 3), 0.1)
    probabilities[np.arange(10), answers] = 0.8
    return evaluate(truth, probabilities, CLASSES, skipped=2)


def test_measures_counted_by_hand(report: Report) -> None:
    assert report.classes == CLASSES
    assert report.accuracy == pytest.approx(0.5)
    assert report.confusion == ((3, 1, 0), (1, 2, 0), (2, 1, 0))
    assert report.precision == pytest.approx((3 / 6, 2 / 4, 0))
    assert report.recall == pytest.approx((3 / 4, 2 / 3, 0))
    assert report.f1 == pytest.approx((0.6, 4 / 7, 0))
    assert report.confidence == pytest.approx((0.8, 0.8, 0))
    assert report.support == (4, 3, 3)
    assert report.skipped == 2


def test_as_text(report: Report) -> None:
    assert str(report) == (
        "Accuracy 0.500 on 10 pictures; 2 could not be read\n"
        "\n"
        "class      precision  recall     f1  pictures\n"
        "cat            0.500   0.750  0.600         4\n"
        "dog            0.500   0.667  0.571         3\n"
        "red panda      0.000   0.000  0.000         3\n"
        "\n"
        "shown \\ taken for  cat  dog  red panda\n"
        "cat                  3    1          0\n"
        "dog                  1    2          0\n"
        "red panda            2    1          0"
    )


def test_as_json(report: Report) -> None:
    value = json.loads(report.to_json())
    assert value["accuracy"] == 0.5
    assert value["pictures"] == 10
    assert value["skipped"] == 2
    assert value["confusion"] == [[3, 1, 0], [1, 2, 0], [2, 1, 0]]
    measures = {"precision": 0.5, "recall": 0.75, "f1": 0.6, "confidence": pytest.approx(0.8), "support": 4}
    assert value["classes"][0] == {"class": "cat", **measures}


def test_confidence_is_of_the_answers_and_not_of_the_truth() -> None:
    pytest.importorskip("sklearn")
    report = evaluate([0, 1, 1, 0], [[0.9, 0.1], [0.7, 0.3], [0.4, 0.6], [0.2, 0.8]], CLASSES[:2])
    assert report.confidence == pytest.approx(((0.9 + 0.7) / 2, (0.6 + 0.8) / 2))


def test_names_that_no_encoding_knows() -> None:
    pytest.importorskip("sklearn")
    text = evaluate([0, 1], [[0.9, 0.1], [0.2, 0.8]], ["caf\udce9", "dog"]).to_json()
    assert text.isascii() and json.loads(text)["classes"][0]["class"] == "caf\udce9"


def test_many_classes_show_their_most_frequent_mistakes() -> None:
    pytest.importorskip("sklearn")
    classes = [f"class {number}" for number in range(60)]
    truth = np.repeat(np.arange(60), 2)
    answers = truth.copy()
    answers[[0, 1, 5]] = [7, 7, 3]
    report = evaluate(truth, np.eye(60)[answers], classes)
    last = str(report).split("\n\n")[-1]
    assert last.splitlines() == [
        "shown    taken for  pictures",
        "class 0  class 7           2",
        "class 2  class 3           1",
    ]
    perfect = evaluate(truth, np.eye(60)[truth], classes)
    assert str(perfect).splitlines()[-1].startswith("class 59")


def test_a_report_does_not_change(report: Report) -> None:
    with pytest.raises(AttributeError):
        report.accuracy = 1.0  # type: ignore[misc]
    probabilities = np.where(np.eye(3)[[0, 0, 0, 1, 1, 1, 0, 0, 0, 1]], 0.8, 0.1)
    assert report == evaluate([0, 0, 0, 0, 1, 1, 1, 2, 2, 2], probabilities, CLASSES, 2)


@pytest.mark.parametrize(
    ("truth", "probabilities", "message"),
    [
        ([0, 1], [[1, 0, 0]], r"Truth of shape \(2,\), probabilities of shape \(1, 3\), 3 classes"),
        ([0], [[0.5, 0.5]], r"probabilities of shape \(1, 2\), 3 classes"),
        ([], np.empty((0, 3)), "needed are .* of at least one picture"),
        ([3], [[1, 0, 0]], "whole numbers from 0 to 2"),
        ([-1], [[1, 0, 0]], "whole numbers from 0 to 2"),
        ([0.5], [[1, 0, 0]], "whole numbers from 0 to 2"),
        ([0], [[float("nan"), 0, 0]], "no finite numbers"),
    ],
)
def test_what_does_not_fit(truth: object, probabilities: object, message: str) -> None:
    pytest.importorskip("sklearn")
    with pytest.raises(ArgumentError, match=message):
        evaluate(truth, probabilities, CLASSES)  # type: ignore[arg-type]


def test_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sklearn.metrics", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "amalthea\[training\]"'):
        evaluate([0], [[1, 0, 0]], CLASSES)
