"""A network tried on every way by which a server will ask it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelFileError
from ...runtime import Predictor
from ...runtime.self_test import question

_AT_ONCE = 2  # threads that ask at the same time: the runtime then takes another way than for one alone
_PICTURES = 5  # of them; the runtime computes four together, and what is left alone
_TOLERANCES = {"float32": 1e-3, "bfloat16": 0.5}  # as a part of the answer's size, as for the self-test of a file


def tried(predictor: Predictor, precision: str) -> None:
    """Ask a question that anybody can make, alone and among others, and compare the answers.

    Args:
        predictor: of the network.
        precision: that it computes with.

    Raises:
        ModelFileError: they differ, or are no numbers.
    """
    shapes = _shapes(predictor)
    if shapes is None:
        return
    asked = question(shapes, predictor.runner.inputs)
    alone = predictor.runner(asked)
    many = [np.repeat(array, _PICTURES, axis=0) for array in asked]
    for answers in (predictor.runner(many), *_at_once(predictor, many)):
        for wanted, found in zip(alone, answers, strict=True):
            _compare(predictor.name, wanted, found, _TOLERANCES[precision])


def _shapes(predictor: Predictor) -> list[tuple[int, ...]] | None:
    """Of one question; None where nobody says which sizes the network takes."""
    shapes = [list(spec.shape[1:]) for spec in predictor.runner.inputs]
    if predictor.preparation is not None and len(shapes) == 1 and len(shapes[0]) == 3:
        rows, columns = predictor.preparation.size
        channels_first = predictor.runner.inputs[0].channels_first
        shapes = [[3, rows, columns] if channels_first else [rows, columns, 3]]
    if any(side is None for shape in shapes for side in shape):
        return None
    return [(1, *(int(side or 0) for side in shape)) for shape in shapes]


def _at_once(predictor: Predictor, asked: list[NDArray[Any]]) -> list[list[NDArray[Any]]]:
    """The answers to the same question that several threads ask at the same time."""
    start = Barrier(_AT_ONCE)

    def ask(_: int) -> list[NDArray[Any]]:
        start.wait()
        return predictor.runner(asked)

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="amalthea-trial") as pool:
        return list(pool.map(ask, range(_AT_ONCE)))


def _compare(name: str, wanted: NDArray[Any], found: NDArray[Any], tolerance: float) -> None:
    size = float(np.linalg.norm(wanted.astype(np.float64)))
    farthest = float(np.max([np.linalg.norm(row.astype(np.float64) - wanted[0]) for row in found]))
    if not farthest <= tolerance * max(size, 1e-6):
        raise ModelFileError(
            f"{name} fails its self-test: two answers to the same question are {farthest / max(size, 1e-6):.2g} of "
            f"their size apart; allowed is {tolerance:g}. Try another precision, or open another file."
        )
