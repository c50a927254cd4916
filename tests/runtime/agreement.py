"""Whether a graph says what its model says, in every runtime that is installed."""

from importlib.util import find_spec

import keras
import numpy as np
import onnx

from amalthea import _keras
from amalthea.runtime import to_onnx
from amalthea.runtime.runners.openvino import OpenVINORunner

TOLERANCE = 1e-3  # of the deviation of the numbers


def answers_of_keras(model, arrays):
    """Flat, in the order of the outputs."""
    _keras.pin_openvino_precision()
    if keras.config.backend() in ("openvino", "jax"):
        # Compiled as one, in a tenth of the time that a call takes, where each layer's operations are compiled for
        # themselves. A copy, because a model keeps what it once compiled.
        outputs = keras.Model(model.inputs, model.outputs).predict_on_batch(list(arrays))
    else:
        outputs = model(arrays[0] if len(arrays) == 1 else list(arrays), training=False)
    return [keras.ops.convert_to_numpy(output) for output in keras.tree.flatten(outputs)]


def answers_of_graph(graph, arrays):
    """The same of a graph, by the name of the runtime."""
    content = graph.SerializeToString()
    onnx.checker.check_model(content, full_check=True)
    answers = {"OpenVINO": OpenVINORunner(content)(arrays)}
    if find_spec("onnxruntime"):
        import onnxruntime

        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        names = [port.name for port in session.get_inputs()]
        answers["ONNX Runtime"] = session.run(None, dict(zip(names, arrays, strict=True)))
    return answers


def assert_close(found, expected, runtime):
    assert found.shape == expected.shape, runtime
    assert found.dtype == np.float32, runtime
    deviation = max(float(expected.std()), 1e-3)
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE * deviation, err_msg=runtime)


def assert_agreement(model, *arrays):
    """The graph of a model answers like the model; returns the model's answers and the graph."""
    graph = to_onnx(model)
    expected = answers_of_keras(model, arrays)
    for runtime, answers in answers_of_graph(graph, arrays).items():
        assert len(answers) == len(expected)
        for found, wanted in zip(answers, expected, strict=True):
            assert_close(found, wanted, runtime)
    return expected, graph


def numbers(*shape, seed=0):
    """Standard normal numbers."""
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
