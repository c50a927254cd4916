"""Probabilities for pictures, one after another."""

import sys

import numpy as np
import pytest
from PIL import Image

import amalthea
from amalthea.applications import MobileNet
from amalthea.errors import ArgumentError, ImageError, MissingFileError
from amalthea.runtime import prediction
from tests.live_weights import built_alive

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def predictor():
    return amalthea.predictor(built_alive(lambda: MobileNet(alpha=0.25, weights=None, input_shape=(32, 32, 3))))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder, generator = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    paths = [folder / f"{number:02}.png" for number in range(70)]
    for path in paths:
        Image.fromarray(generator.integers(0, 256, (30, 40, 3), np.uint8)).save(path)
    return paths


def test_they_are_those_of_predict_images(predictor, files):
    found = list(predictor.probabilities(files))
    assert {(scores.shape, scores.dtype) for scores in found} == {((1000,), np.dtype(np.float32))}
    for scores, item in zip(found, predictor.predict_images(files, top=1), strict=True):
        assert item.classes[0].probability == scores.max()
        assert item.classes[0].name == predictor.classes[scores.argmax()]
        assert item.classes[0].wordnet_id == predictor.wordnet_ids[scores.argmax()]
    np.testing.assert_allclose(np.sum(found, axis=1), 1, rtol=0, atol=1e-5)


def test_each_costs_what_it_costs(predictor, files, monkeypatch):
    """Nothing is computed before it is asked for, and never more than a group."""
    computed = []
    answers = prediction.Predictor._answers

    def counted(self, parts, runner):
        computed.append(len(parts[0]))
        return answers(self, parts, runner)

    monkeypatch.setattr(prediction.Predictor, "_answers", counted)
    found = predictor.probabilities(files)
    assert computed == []
    next(found)
    assert computed == [32]
    assert len(list(found)) == 69
    assert computed == [32, 32, 6]


def test_errors_in_their_places(predictor, files, tmp_path):
    (tmp_path / "text.jpg").write_text("no picture")
    paths = [files[0], tmp_path / "text.jpg", files[1], tmp_path / "nowhere.jpg"]
    found = list(predictor.probabilities(paths, on_error="return"))
    assert [type(item) for item in found] == [np.ndarray, ImageError, np.ndarray, MissingFileError]
    np.testing.assert_array_equal(found[0], next(predictor.probabilities(files[0])))
    np.testing.assert_array_equal(found[2], next(predictor.probabilities(files[1])))
    with pytest.raises(ImageError, match=r"text\.jpg"):
        list(predictor.probabilities(paths))


def test_no_picture(predictor):
    assert list(predictor.probabilities([])) == []


def test_wrong_arguments_are_told_at_once(predictor):
    with pytest.raises(ArgumentError, match="on_error='skip'; allowed are 'raise' and 'return'"):
        predictor.probabilities([], on_error="skip")
    with pytest.raises(
        ArgumentError, match="takes the paths of pictures, or what stands in the files as bytes; given was ndarray"
    ):
        predictor.probabilities(np.zeros((1, 32, 32, 3), np.uint8))


class Terminal:
    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text
        return len(text)

    def flush(self):
        pass


@pytest.mark.parametrize(("count", "shown"), [(70, True), (32, False)])
def test_a_person_sees_how_far_it_is(predictor, files, monkeypatch, count, shown):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    assert len(list(predictor.probabilities(files[:count]))) == count
    assert ("70/70" in terminal.text) == ("pictures" in terminal.text) == shown


def test_what_it_looks_like(predictor):
    assert repr(predictor) == f"<Predictor {predictor.name}: (None, 32, 32, 3) -> (None, 1000)>"
