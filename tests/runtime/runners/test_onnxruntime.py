"""ONNX Runtime gives the answers and the messages of OpenVINO."""

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import ArgumentError
from amalthea.runtime import to_onnx
from amalthea.runtime.runners import TensorSpec, open_runner
from tests.live_weights import set_live_weights
from tests.runtime.agreement import answers_of_keras, numbers

pytest.importorskip("onnxruntime")
pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def runner(graph):
    return open_runner(graph, runtime="onnxruntime")


def assert_same(found, expected):
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * expected.std())


@pytest.mark.parametrize("count", [1, 2, 31, 32, 33, 70])
def test_any_number_of_pictures_in_their_order(runner, model, count):
    pictures = numbers(count, 9, 8, 3)
    assert_same(runner([pictures])[0], answers_of_keras(model, [pictures])[0])


def test_no_picture(runner):
    [found] = runner([np.empty((0, 9, 8, 3), np.uint8)])
    assert found.shape == (0, 8)
    assert found.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float16, np.float64, bool])
def test_any_type_of_numbers(runner, model, dtype):
    pictures = (5 * np.abs(numbers(40, 9, 8, 3))).astype(dtype)
    [expected] = answers_of_keras(model, [pictures.astype(np.float32)])
    assert_same(runner([pictures])[0], expected)


def test_arrays_that_are_not_contiguous(runner, model):
    pictures = numbers(3, 9, 18, 20).transpose(3, 1, 2, 0)[::2, :, ::2]
    [expected] = answers_of_keras(model, [np.ascontiguousarray(pictures)])
    assert_same(runner([pictures])[0], expected)


def test_what_it_takes_and_returns(graph, runner):
    assert runner.inputs == (TensorSpec("image", (None, None, None, 3)),)
    assert runner.outputs == (TensorSpec("scores", (None, 8)),)
    openvino = open_runner(graph)
    assert (runner.inputs, runner.outputs) == (openvino.inputs, openvino.outputs)


def test_pictures_that_are_too_small_give_the_message_of_openvino(graph, runner, capfd):
    messages = []
    for each in (runner, open_runner(graph)):
        with pytest.raises(ArgumentError) as caught:
            each([numbers(1, 4, 9, 3)])
        message, reason = str(caught.value).split(" The runtime says: ")
        assert "size" in reason or "shape" in reason  # in its own words
        messages.append(message)
    assert messages[0] == messages[1]
    assert "cannot compute arrays of shape (batch, 4, 9, 3)" in messages[0]
    assert capfd.readouterr().err == ""


def test_several_inputs_and_outputs():
    left, right = keras.Input((4, 4, 3)), keras.Input((5,))
    flat = layers.Flatten()(left)
    model = keras.Model([left, right], [layers.Dense(2)(right), layers.Concatenate()([flat, right]), left])
    set_live_weights(model)
    arrays = [numbers(40, 4, 4, 3), numbers(40, 5)]
    runner = open_runner(to_onnx(model).SerializeToString(), runtime="onnxruntime")
    for found, expected in zip(runner(arrays), answers_of_keras(model, arrays), strict=True):
        assert_same(found, expected)
