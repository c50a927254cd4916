"""ONNX Runtime gives the messages of OpenVINO, and says no more."""

import pytest

from amalthea.errors import ArgumentError
from amalthea.runtime.runners import open_runner
from tests.runtime.agreement import numbers

pytest.importorskip("onnxruntime")
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
