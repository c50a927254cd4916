"""How long each stage of a training took."""

import keras
import numpy as np
import pytest

from amalthea.transfer import ImageClassifier
from amalthea.transfer.classifier.learning import timed
from tests.transfer.report.networks import small_network

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
]


class Broken(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        raise RuntimeError("broken")


def test_stages_add_up_and_stay_with_the_classifier(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (12, 32, 32, 3), np.uint8)
    network = small_network()
    classifier = ImageClassifier(network, scaling=1 / 255, epochs=1).fit(pictures, [0, 1] * 6)
    first = dict(classifier.times_)
    assert set(first) == {"features", "head"} and min(first.values()) > 0
    with pytest.raises(RuntimeError, match="broken"):
        classifier.fine_tune("report_last", epochs=1, callbacks=[Broken()])
    assert classifier.times_ == first
    classifier.fine_tune("report_last", epochs=1)
    assert set(classifier.times_) == {"features", "head", "fine-tuning"}
    assert classifier.times_["features"] > first["features"] and classifier.times_["head"] == first["head"]
    classifier.save(tmp_path / "pets.keras")
    assert ImageClassifier.load(tmp_path / "pets.keras").times_ == classifier.times_


def test_a_stage_that_fails_took_time_as_well():
    times = {"head": 1.0}
    with pytest.raises(RuntimeError), timed(times, "head"):
        raise RuntimeError
    assert times["head"] >= 1.0
