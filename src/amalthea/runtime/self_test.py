"""A question to a network and its answer, kept in the file: whether another machine and runtime answer the same.

The question is made from a number, so that anybody can make it: the bytes of the input with index ``i`` are SHAKE-128
of the text ``amalthea self-test {seed} {i}``. An input of bytes takes them as they are, one of real numbers takes
``(byte - 127.5) / 74``, with a deviation of 1, and any other ``byte % 2``.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .runners import Runner, TensorSpec

PRECISIONS = ("float32", "bfloat16")
"""That a network can be computed with; each has a tolerance."""

_SEED = 0
_NUMBERS = 1000  # at most, of each output
_DIGITS = 7  # as many as float32 has
# Of the difference, as a part of the answer's size. Processors round differently, in bfloat16 and int8 quite a lot, but
# what a network answers to something else, or with other weights, is about as far away as it is large.
_TOLERANCES = {
    "float32": {"float32": 1e-3, "bfloat16": 0.5},
    "int8": {"float32": 0.5, "bfloat16": 0.5},
}
_LARGEST = 2**28  # numbers of an input; more are nobody's question
_NEAR_ZERO = 1e-6  # below it, numbers are not compared


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """What a network was asked, and what it answered.

    Attributes:
        seed: of the question.
        shapes: of the inputs, with 1 for the pictures; in their order.
        answers: of each output, the numbers with the indices 0, n, 2 n … of the flat array, for the smallest n that
            leaves no more than 1000.
        tolerance: by the precision that is computed with, the largest Euclidean distance of an answer, as a part of
            the length of what is written here.
    """

    seed: int
    shapes: tuple[tuple[int, ...], ...]
    answers: tuple[tuple[float, ...], ...]
    tolerance: Mapping[str, float]


def question(shapes: Sequence[tuple[int, ...]], inputs: Sequence[TensorSpec], seed: int = _SEED) -> list[NDArray[Any]]:
    """The arrays of a self-test.

    Args:
        shapes: of the arrays.
        inputs: whose types they get.
        seed: any whole number.
    """
    return [
        _array(seed, number, shape, np.dtype(spec.dtype))
        for number, (shape, spec) in enumerate(zip(shapes, inputs, strict=True))
    ]


def recorded(shapes: Sequence[tuple[int, ...]], answers: Sequence[NDArray[Any]], precision: str) -> SelfTest:
    """The self-test of a network that was just asked.

    Args:
        shapes: of what it was asked, a ``question`` without a seed of its own.
        answers: of all outputs.
        precision: of the file, "float32" or "int8".
    """
    kept = tuple(tuple(float(f"{number:.{_DIGITS}g}") for number in _kept(answer)) for answer in answers)
    return SelfTest(seed=_SEED, shapes=tuple(shapes), answers=kept, tolerance=_TOLERANCES[precision])


def distance(self_test: SelfTest, runner: Runner) -> float:
    """How far a runner is from the answer, as a part of it; infinite where it cannot be compared.

    Args:
        self_test: of the file.
        runner: of the network in it.

    Raises:
        ArgumentError: the network does not compute such an input.
    """
    if len(self_test.shapes) != len(runner.inputs) or len(self_test.answers) != len(runner.outputs):
        return math.inf
    if not all(map(_can_be_asked, self_test.shapes, runner.inputs)):
        return math.inf
    answers = runner(question(self_test.shapes, runner.inputs, self_test.seed))
    return max(_distance(_kept(found), wanted) for found, wanted in zip(answers, self_test.answers, strict=True))


def _can_be_asked(shape: tuple[int, ...], spec: TensorSpec) -> bool:
    sides = [length if wanted is None else wanted for length, wanted in zip(shape, spec.shape, strict=False)]
    return list(shape) == sides and len(shape) == len(spec.shape) and min(shape) > 0 and math.prod(shape) <= _LARGEST


def _distance(found: NDArray[Any], wanted: Sequence[float]) -> float:
    if found.shape != (len(wanted),) or not np.isfinite(found).all():
        return math.inf
    difference = float(np.linalg.norm(found.astype(np.float64) - wanted))
    return difference / max(float(np.linalg.norm(wanted)), _NEAR_ZERO)


def _kept(answer: NDArray[Any]) -> NDArray[Any]:
    return answer.reshape(-1)[:: max(1, math.ceil(answer.size / _NUMBERS))]


def _array(seed: int, number: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    text = f"amalthea self-test {seed} {number}".encode()
    drawn = np.frombuffer(hashlib.shake_128(text).digest(math.prod(shape)), np.uint8).reshape(shape)
    if dtype == np.uint8:
        return drawn
    return ((drawn - 127.5) / 74 if dtype.kind == "f" else drawn % 2).astype(dtype)
