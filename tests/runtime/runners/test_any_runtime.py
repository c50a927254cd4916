"""Any number of pictures, of any type and size, in every runtime alike."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import ArgumentError
from amalthea.runtime import to_onnx
from amalthea.runtime.runners import TensorSpec, open_runner
from tests.live_weights import clearly_different, set_live_weights
from tests.runtime.agreement import answers_of_keras, numbers
from tests.runtime.runners.test_opening import RUNTIMES

pytestmark = pytest.mark.single_backend

CLOSE = 1e-5  # of the deviation; bfloat16 is off by 1e-2
WAYS = [
    ("openvino", 1),
    ("openvino", 2),
    ("openvino", 4),
    ("openvino", 16),
    *((runtime, 0) for runtime in RUNTIMES[1:]),
]


@pytest.fixture(scope="module", params=WAYS, ids="{0[0]}, micro-batches of {0[1]}".format)
def runner(graph, request):
    runtime, micro_batch = request.param
    runner = open_runner(graph, runtime=runtime)
    if micro_batch:
        runner._compiler.facts = replace(runner._compiler.facts, micro_batch=micro_batch)
    return runner


def assert_same(found, expected):
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=CLOSE * expected.std())


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 13, 31, 32, 33, 70])
def test_any_number_of_pictures_in_their_order(runner, model, count):
    pictures = numbers(count, 9, 8, 3)
    [expected] = answers_of_keras(model, [pictures])
    [found] = runner([pictures])
    assert_same(found, expected)
    if count > 1:
        assert clearly_different(expected[0], expected[1])


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
    pictures.flags.writeable = False
    assert_same(runner([pictures])[0], expected)


def test_the_given_array_is_not_changed(runner):
    pictures = numbers(6, 9, 8, 3)
    runner([pictures])
    np.testing.assert_array_equal(pictures, numbers(6, 9, 8, 3))


def test_many_sizes_one_after_another(runner, model):
    """More of them than OpenVINO keeps."""
    for rows in (7, 8, 9, 10, 11, 12, 7, 12):
        pictures = numbers(2, rows, 9, 3)
        assert_same(runner([pictures])[0], answers_of_keras(model, [pictures])[0])


def test_what_it_takes_and_returns(runner):
    assert runner.inputs == (TensorSpec("image", (None, None, None, 3)),)
    assert runner.outputs == (TensorSpec("scores", (None, 8)),)


def test_pictures_that_are_too_small(runner, model):
    with pytest.raises(
        ArgumentError, match=r"(?s)arrays of shape \(batch, 4, 9, 3\).*give larger ones.* The runtime says: .*\d"
    ):
        runner([numbers(1, 4, 9, 3)])
    pictures = numbers(1, 9, 8, 3)
    assert_same(runner([pictures])[0], answers_of_keras(model, [pictures])[0])


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_several_inputs_and_outputs(runtime):
    left, right = keras.Input((4, 4, 3)), keras.Input((5,))
    flat = layers.Flatten()(left)
    model = keras.Model([left, right], [layers.Dense(2)(right), layers.Concatenate()([flat, right]), left])
    set_live_weights(model)
    arrays = [numbers(40, 4, 4, 3), numbers(40, 5)]
    runner = open_runner(to_onnx(model).SerializeToString(), runtime=runtime)
    for found, expected in zip(runner(arrays), answers_of_keras(model, arrays), strict=True):
        assert_same(found, expected)
