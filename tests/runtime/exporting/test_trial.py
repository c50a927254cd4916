"""How far the answers of a written network may be from those of the original."""

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.runtime.exporting.trial import Trial, trial_of

pytestmark = pytest.mark.single_backend


def test_other_numbers_are_refused():
    right = np.float32([[0.1, 0.7, 0.2]])
    trial = Trial(arrays=[right], inputs=("x",), expected=[right], pixels=None, classes=("a", "b", "c"))
    near, far = right + np.float32([[-5e-5, 5e-5, 0]]), right + np.float32([[-0.01, 0.01, 0]])
    assert trial.compared([near], "float32", "net.xml") == (pytest.approx(5e-5, rel=0.01), 1e-4)
    assert trial.best([near]) == ("b 0.700", "b 0.700")
    words = "net.xml was not written: for the same picture its numbers differ from the original's by up to 0.01; allow"
    with pytest.raises(ArgumentError, match=words):
        trial.compared([far], "float32", "net.xml")
    with pytest.raises(ArgumentError, match="by up to nan"):
        trial.compared([right * np.nan], "float32", "net.xml")
    with pytest.raises(ArgumentError, match=r"it answers in shapes \[\(1, 2\)\], the original in \[\(1, 3\)\]"):
        trial.compared([right[:, :2]], "float32", "net.xml")


def asked(*expected):
    return Trial(arrays=[], inputs=(), expected=list(expected), pixels=None, classes=())


def test_each_output_has_a_tolerance_of_its_own():
    scores, boxes, alone = np.float32([[0.1, 0.9]]), np.float32([[10, 500, 30, 700]]), np.float32([[500]])
    assert asked(alone).compared([alone + 0.01], "float32", "net") == (pytest.approx(0.01, rel=0.01), 0.5)
    trial = asked(scores, boxes)
    difference, tolerance = trial.compared([scores, boxes + 0.01], "float32", "net")
    assert difference == pytest.approx(0.01, rel=0.01)
    assert tolerance == pytest.approx(1e-3 * boxes.std())
    difference, tolerance = trial.compared([scores + 9e-5, boxes + 0.01], "float32", "net")
    assert (difference, tolerance) == (pytest.approx(9e-5, rel=0.01), 1e-4), "it comes nearest to what it may be"
    for answers, words in (
        ([scores + 0.01, boxes], "by up to 0.01; allowed is 0.0001"),
        ([scores, boxes + 1], "by up to 1; allowed is 0.3"),
    ):
        with pytest.raises(ArgumentError, match=words):
            trial.compared(answers, "float32", "net")
    equal = np.float32([[500, 500.00003]])
    assert asked(equal).compared([equal[:, ::-1]], "float32", "net")[1] == pytest.approx(0.005, rel=0.01)
    zeros = np.zeros((1, 4), np.float32)
    assert asked(zeros).compared([zeros], "float32", "net") == (0, 1e-6)


def test_the_size_of_what_is_shown_to_a_network_that_takes_any():
    layer = keras.layers.Conv2D(2, 3, strides=5, data_format="channels_last")
    network = keras.Sequential([keras.Input((None, None, 3)), layer], name="any")
    for options, shape in (({}, (1, 96, 96, 3)), ({"size": (40, 30)}, (1, 40, 30, 3))):
        assert trial_of(network, None, options).arrays[0].shape == shape
        assert trial_of(network, None, options | {"scaling": "tf"}).pixels.shape == shape
    for scaling in (None, "tf"):
        with pytest.raises(ArgumentError, match=r"size=\(40, 30, 3\); give rows and columns in whole pixels above 0"):
            trial_of(network, None, {"size": (40, 30, 3), "scaling": scaling})
        with pytest.raises(ArgumentError, match=r"Model 'any' takes any size, but cannot compute \(2, 2, 3\), with wh"):
            trial_of(network, None, {"size": 2, "scaling": scaling})
