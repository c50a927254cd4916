"""A learning rate far too high: what the user is told, and what the files hold."""

import json
from zipfile import ZipFile

import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.transfer import ImageClassifier
from tests.transfer.classifier.classes import classifier, coloured, moved, weights

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
]


def test_a_fit_that_diverges(tmp_path):
    astray = classifier(optimizer="sgd", learning_rate=1e38, batch_size=30, l2=1.0)
    with pytest.warns(AmaltheaWarning, match=r"diverged: in epoch [2-8] .* lower learning rate than 1e\+38"):
        astray.fit(*coloured(30))
    astray.save(tmp_path / "astray.keras")
    with ZipFile(tmp_path / "astray.keras") as archive:
        written = json.loads(archive.read("amalthea.json"), parse_constant=pytest.fail)
    assert written["history"]["loss"][-1] is None
    assert np.isnan(ImageClassifier.load(tmp_path / "astray.keras").history["loss"][-1])
    assert len(astray.history["loss"]) < 8, "it ended there"
    with pytest.raises(ArgumentError, match="lower learning rate"):
        astray.save(tmp_path / "astray.onnx")
    with pytest.raises(ArgumentError, match="Some probabilities are no finite numbers"):
        astray.evaluate(*coloured(9))
    with pytest.raises(ArgumentError, match="before any training its loss is NaN"):
        astray.fine_tune("conv_2")


@pytest.mark.parametrize("early_stopping", [None, 3])
def test_a_fit_that_diverges_at_once_leaves_what_was_before(early_stopping):
    pictures, names = coloured(30)
    fitted = classifier(epochs=2).fit(pictures, names)
    before, model, history = weights(fitted.model_), fitted.model_, fitted.history
    fitted.set_params(optimizer="sgd", learning_rate=1e38, early_stopping=early_stopping)
    with pytest.raises(ArgumentError, match=r"Training diverged in its first epoch.* learning rate than 1e\+38"):
        fitted.fit(pictures, names, validation=coloured(9, seed=1))
    assert fitted.model_ is model
    assert moved(before, weights(model)) == set()
    assert fitted.history == history


def test_fine_tuning_that_diverges_changes_nothing():
    fitted = classifier(epochs=2).fit(*coloured(30))
    before = weights(fitted.model_)
    with pytest.warns(AmaltheaWarning, match="the best weights of before are back"):
        fitted.fine_tune("conv_1", learning_rate=1e38)
    assert moved(before, weights(fitted.model_)) == set()
    assert fitted.history["kept"][-1] == 2
    assert len(fitted.history["loss"]) == 3
