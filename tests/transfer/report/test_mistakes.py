"""Mistakes and the maps beside them."""

import numpy as np
import pytest
from keras import Model, layers

import amalthea
from amalthea.transfer.classifier.labelled import Samples
from amalthea.transfer.report.mistakes import gallery
from tests.transfer.report.networks import small_network

pytestmark = pytest.mark.single_backend

NAMES = ("crane", "crane", "owl")  # as ImageNet has them: the bird, and what lifts loads


def test_a_class_that_another_one_has_the_name_of_has_a_map(tmp_path):
    network = small_network()
    x = layers.GlobalAveragePooling2D(name="report_pool")(network.output)
    scores = layers.Dense(3, activation="softmax", name="report_scores")(x)
    amalthea.save(Model(network.input, scores), tmp_path / "cranes.onnx", classes=NAMES, scaling="tf")
    predictor = amalthea.load(tmp_path / "cranes.onnx")
    pictures = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3), np.uint8)
    found = gallery(predictor, Samples(pictures, np.array([1]), np.array(NAMES)), np.eye(3, dtype=np.float32)[[0]])
    assert (found.method, found.problem, found.total) == ("occlusion", "", 1)
    assert found.pictured[0].map is not None
    assert found.pictured[0].mistake.shown == found.pictured[0].mistake.taken_for == "crane"
