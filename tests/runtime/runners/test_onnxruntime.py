"""ONNX Runtime gives the messages of OpenVINO, and says no more."""

import warnings

import pytest

from amalthea.errors import ArgumentError
from amalthea.runtime.runners import open_runner
from tests.runtime.agreement import numbers

onnxruntime = pytest.importorskip("onnxruntime")
pytestmark = pytest.mark.single_backend


def test_pictures_that_are_too_small_give_the_message_of_openvino(graph, capfd):
    messages = []
    for runtime in ("onnxruntime", "openvino"):
        with pytest.raises(ArgumentError) as caught:
            open_runner(graph, runtime=runtime)([numbers(1, 4, 9, 3)])
        message, reason = str(caught.value).split(" The runtime says: ")
        assert "size" in reason or "shape" in reason  # in its own words
        messages.append(message)
    assert messages[0] == messages[1]
    assert "cannot compute arrays of shape (batch, 4, 9, 3)" in messages[0]
    assert capfd.readouterr().err == ""


def test_how_to_get_a_provider(graph, monkeypatch):
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("it is there")
    settings = {"runtime": "onnxruntime", "providers": ["CUDAExecutionProvider"]}
    words = (
        r"^providers=\['CUDAExecutionProvider'\]. This installation of ONNX Runtime has .*, but no CUDAExecution"
        r"Provider\. CUDAExecutionProvider comes with onnxruntime-gpu in place of .* \(pip uninstall onnxruntime, then "
        r"pip install onnxruntime-gpu\), CoreMLExecutionProvider with onnxruntime on macOS\.$"
    )
    with pytest.raises(ArgumentError, match=words):
        open_runner(graph, **settings)
    there = onnxruntime.get_available_providers()
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [*there, "CUDAExecutionProvider"])
    words = r"On this machine ONNX Runtime could start CPU.*, but no CUDAExecutionProvider\. See whether its chip, dr"
    with warnings.catch_warnings(), pytest.raises(ArgumentError, match=words):
        warnings.simplefilter("ignore")  # of ONNX Runtime, which has no such chip
        open_runner(graph, **settings)
