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
    astray = classifier(optimizer="sgd", learning_rate=1e38)
    with pytest.warns(AmaltheaWarning, match=r"Training diverged: .* lower learning rate than 1e\+38"):
        astray.fit(*coloured(30), validation=coloured(9, seed=1))
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


def test_fine_tuning_that_diverges_changes_nothing():
    fitted = classifier(epochs=2).fit(*coloured(30))
    before = weights(fitted.model_)
    with pytest.warns(AmaltheaWarning, match="the best weights of before are back"):
        fitted.fine_tune("conv_1", learning_rate=1e38)
    assert moved(before, weights(fitted.model_)) == set()
    assert fitted.history["kept"][-1] == 2
    assert len(fitted.history["loss"]) == 3
