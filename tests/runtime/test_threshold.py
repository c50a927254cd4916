"""None of these: answers that are too improbable are none, as the file says or whoever asks."""

import json

import numpy as np
import pytest
from PIL import Image

import amalthea
from amalthea.catalog import ScoredClass
from amalthea.errors import ArgumentError, ModelFileError
from amalthea.runtime import Prediction
from amalthea.runtime.description import description_in
from tests.runtime.test_description import rewritten
from tests.runtime.test_saving import CLASSES, classifier, described

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder, generator = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    paths = [folder / f"{number}.png" for number in range(12)]
    for path in paths:
        Image.fromarray(generator.integers(0, generator.integers(2, 256), (40, 36, 3), np.uint8)).save(path)
    return paths


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "own.onnx"
    amalthea.save(classifier(), path, classes=CLASSES, scaling="tf")
    return path


def test_an_answer_is_the_best_class_or_none():
    classes = ScoredClass("", "cat", 0.7), ScoredClass("", "dog", 0.3)
    assert Prediction("a.jpg", classes).answer == "cat"
    assert Prediction("a.jpg", classes, threshold=0.7).answer == "cat"
    assert Prediction("a.jpg", classes, threshold=0.71).answer is None
    assert Prediction("a.jpg", (), threshold=0.0).answer is None


def test_whoever_asks_may_say_how_sure_it_must_be(saved, files):
    predictor = amalthea.load(saved)
    assert predictor.threshold is None
    sure = sorted(prediction.classes[0].probability for prediction in predictor.predict_images(files))
    assert sure[5] < sure[6]
    middle = (sure[5] + sure[6]) / 2
    found = predictor.predict_images(files, threshold=middle)
    assert sorted(prediction.answer is None for prediction in found) == [False] * 6 + [True] * 6
    for prediction in found:
        assert prediction.threshold == middle
        assert (prediction.answer is None) == (prediction.classes[0].probability < middle)
        assert prediction.answer in (None, prediction.classes[0].name)
    assert None not in [prediction.answer for prediction in predictor.predict_images(files)]


def test_a_file_may_say_so_itself(saved, files, tmp_path):
    path = tmp_path / "careful.onnx"
    amalthea.save(classifier(), path, classes=CLASSES, scaling="tf", threshold=1)
    said = described(path)
    assert (said["format"], said["threshold"]) == (3, 1.0)
    predictor = amalthea.load(path, verify=True)
    assert predictor.threshold == 1
    assert {prediction.answer for prediction in predictor.predict_images(files)} == {None}
    assert None not in [prediction.answer for prediction in predictor.predict_images(files, threshold=0)]
    for one, other in zip(predictor.probabilities(files), amalthea.load(saved).probabilities(files), strict=True):
        assert np.array_equal(one, other)


def test_without_a_threshold_files_stay_as_older_versions_read_them(saved):
    said = described(saved)
    assert said["format"] == 2
    assert "threshold" not in said


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan"), "0.5", True])
def test_what_is_no_probability(saved, files, tmp_path, threshold):
    message = rf"threshold={threshold!r}; allowed are None and a probability in \[0, 1\]"
    with pytest.raises(ArgumentError, match=message):
        amalthea.load(saved).predict_images(files, threshold=threshold)
    with pytest.raises(ArgumentError, match=message):
        amalthea.save(classifier(), tmp_path / "own.onnx", classes=CLASSES, scaling="tf", threshold=threshold)
    assert list(tmp_path.iterdir()) == []


def test_a_network_without_classes_has_no_threshold(tmp_path):
    with pytest.raises(ArgumentError, match=r"threshold=0.5: Model 'own' has no classes that could be too improbable"):
        amalthea.save(classifier(), tmp_path / "own.onnx", threshold=0.5)


@pytest.mark.parametrize("threshold", [2, "much", [0.5], "nothing"])
def test_a_file_with_another_one_makes_no_sense(saved, tmp_path, threshold):
    path = tmp_path / "own.onnx"
    path.write_bytes(saved.read_bytes())
    given = {} if threshold == "nothing" else {"threshold": threshold}
    rewritten(path, lambda said: said.update(format=3, **given))
    with pytest.raises(ModelFileError, match=r"own.onnx describes its network in a way that makes no sense"):
        amalthea.load(path)


def test_a_description_comes_back_as_it_was(saved):
    found = description_in(json.dumps({**described(saved), "format": 3, "threshold": 0.25}), saved)
    assert found.threshold == 0.25
    assert description_in(found.to_json(), saved) == found
