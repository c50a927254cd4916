"""bfloat16, where the processor has it."""

import numpy as np
import openvino
import pytest

import amalthea
from amalthea.applications import MobileNet
from amalthea.errors import ArgumentError
from amalthea.runtime import to_onnx
from amalthea.runtime.runners import compiling
from amalthea.runtime.runners import openvino as openvino_runner
from amalthea.runtime.runners.openvino import OpenVINORunner
from tests.live_weights import built_alive, two_pictures

pytestmark = pytest.mark.single_backend

HAS_IT = "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
needs_it = pytest.mark.skipif(not HAS_IT, reason="this processor has no bfloat16")


@pytest.fixture(scope="module")
def model():
    return built_alive(lambda: MobileNet(alpha=0.25, weights=None, include_top=False, input_shape=(64, 64, 3)))


@needs_it
def test_it_is_another_precision_with_float32_outside(model):
    exact, pictures = amalthea.predictor(model), np.concatenate([two_pictures((64, 64, 3))] * 3)
    rough = amalthea.predictor(model, precision="bfloat16")
    assert rough.runner.inputs == exact.runner.inputs
    assert [spec.dtype for spec in rough.runner.outputs] == ["float32"]
    expected, found = exact(pictures), rough(pictures)
    assert found.dtype == np.float32
    difference = np.abs(found - expected).max() / expected.std()
    assert 1e-4 < difference < 0.5
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.999


@needs_it
def test_each_precision_is_kept_for_itself(model, home, monkeypatch):
    monkeypatch.setattr(compiling, "_SMALL", 0)
    graph, pictures = to_onnx(model).SerializeToString(), two_pictures((64, 64, 3))
    answers = {
        (precision, turn): OpenVINORunner(graph, precision=precision, cache_key="key")([pictures])[0]
        for turn in range(2)
        for precision in ("float32", "bfloat16")
    }
    assert len(list((home / "cache" / "compiled").glob("*.blob"))) == 2
    for precision in ("float32", "bfloat16"):
        np.testing.assert_array_equal(answers[precision, 0], answers[precision, 1])
    assert not np.array_equal(answers["float32", 0], answers["bfloat16", 0])


@needs_it
def test_photographs_by_name(cached_weights, test_data):
    """Real weights: probabilities that are rounded are probabilities all the same."""
    predictor = amalthea.predictor("MobileNet", alpha=0.25, precision="bfloat16")
    [prediction] = predictor.predict_images(test_data / "images" / "elephant.jpg")
    assert "elephant" in prediction.classes[0].name or "tusker" in prediction.classes[0].name
    for found in predictor.probabilities(sorted((test_data / "images").glob("*.jpg"))):
        assert found.sum() == pytest.approx(1, abs=4e-3)


@pytest.mark.parametrize("make", [lambda precision: amalthea.predictor("VGG16", precision=precision)])
def test_a_processor_without_it(monkeypatch, make):
    facts = {"OPTIMIZATION_CAPABILITIES": ["FP32", "INT8"], "FULL_DEVICE_NAME": "Old Processor 5"}
    monkeypatch.setattr(openvino_runner, "processor_fact", facts.__getitem__)
    monkeypatch.setenv("AMALTHEA_OFFLINE", "1")
    message = "precision='bfloat16': this processor, Old Processor 5, has no instructions for it. Take 'float32'"
    with pytest.raises(ArgumentError, match=message):
        make("bfloat16")
