"""The question that a file asks is the same everywhere, and another answer is noticed."""

import hashlib
import math

import numpy as np
import pytest

from amalthea.runtime.runners import TensorSpec
from amalthea.runtime.self_test import SelfTest, distance, question, recorded

pytestmark = pytest.mark.single_backend


DTYPES = ("uint8", "float32", "int32", "bool")


class Echo:
    """A runner that answers with its question, distorted by a function."""

    def __init__(self, *dtypes, distortion=lambda array: array):
        self.inputs = self.outputs = tuple(TensorSpec(f"x{dtype}", (None, 4), dtype) for dtype in dtypes)
        self.distortion = distortion

    def __call__(self, arrays):
        return [self.distortion(np.asarray(array, np.float32)) for array in arrays]


def test_the_question_can_be_made_anywhere():
    """By what the documentation of the module says, and nothing else."""
    shapes = [(1, 5, 4, 3), (1, 40), (1, 6), (1, 3)]
    specs = [TensorSpec("x", shape, dtype) for shape, dtype in zip(shapes, DTYPES, strict=True)]
    arrays = question(shapes, specs, seed=7)
    assert [(array.shape, array.dtype) for array in arrays] == [
        (shape, spec.dtype) for shape, spec in zip(shapes, specs, strict=True)
    ]
    drawn = [
        np.frombuffer(hashlib.shake_128(b"amalthea self-test 7 %d" % number).digest(array.size), np.uint8)
        for number, array in enumerate(arrays)
    ]
    np.testing.assert_array_equal(arrays[0].ravel(), drawn[0])
    np.testing.assert_array_equal(arrays[1].ravel(), ((drawn[1] - 127.5) / 74).astype(np.float32))
    np.testing.assert_array_equal(arrays[2].ravel(), drawn[2] % 2)
    np.testing.assert_array_equal(arrays[3].ravel(), drawn[3] % 2 == 1)
    # One that was written down: it must never change, for files hold answers to it.
    assert question([(1, 6)], specs[:1])[0].tolist() == [list(hashlib.shake_128(b"amalthea self-test 0 0").digest(6))]


def test_bytes_cover_their_range_and_numbers_are_normal():
    [pixels] = question([(1, 100, 100, 3)], [TensorSpec("x", (1,), "uint8")])
    assert (pixels.min(), pixels.max()) == (0, 255)
    [numbers] = question([(1, 10_000)], [TensorSpec("x", (1,))])
    assert abs(numbers.mean()) < 0.05
    assert abs(numbers.std() - 1) < 0.05


@pytest.mark.parametrize(
    ("distortion", "expected"),
    [
        (lambda array: array, 0),
        (lambda array: array * np.float32(1.25), 0.25),
        (lambda array: -array, 2),
        (lambda array: array * math.nan, math.inf),
        (lambda array: array / 0, math.inf),
        (lambda array: array[:, 1:], math.inf),
    ],
    ids=["same", "larger", "negative", "NaN", "infinite", "shape"],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_distances(distortion, expected):
    shapes, runner = [(1, 4), (1, 4)], Echo("float32", "float32")
    known = recorded(shapes, runner(question(shapes, runner.inputs)), "float32")
    assert distance(known, Echo("float32", "float32", distortion=distortion)) == pytest.approx(expected, abs=1e-6)


def test_another_number_of_inputs():
    shapes, runner = [(1, 4)], Echo("float32")
    known = recorded(shapes, runner(question(shapes, runner.inputs)), "float32")
    assert distance(known, Echo("float32", "float32")) == math.inf


def test_zeros_are_an_answer():
    shapes, zeros = [(1, 4)], Echo("float32", distortion=lambda array: 0 * array)
    known = recorded(shapes, zeros(question(shapes, zeros.inputs)), "float32")
    assert distance(known, zeros) == 0
    assert distance(known, Echo("float32")) > 1


@pytest.mark.parametrize(("size", "kept"), [(1, 1), (1000, 1000), (1001, 501), (2000, 1000), (100_352, 994)])
def test_no_more_than_a_thousand_numbers_are_kept(size, kept):
    answer = np.random.default_rng(0).standard_normal((1, size), np.float32)
    known = recorded([(1, 1)], [answer], "float32")
    step = math.ceil(size / 1000)
    assert len(known.answers[0]) == kept == len(answer.ravel()[::step])
    np.testing.assert_allclose(known.answers[0], answer.ravel()[::step], rtol=1e-6)


def test_lower_precision_may_differ_more():
    float32, int8 = (recorded([(1, 1)], [np.ones((1, 1))], precision).tolerance for precision in ("float32", "int8"))
    assert float32["float32"] < float32["bfloat16"] < 1
    assert float32["float32"] < int8["float32"] < 1
    assert isinstance(recorded([], [], "int8"), SelfTest)
