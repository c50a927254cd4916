"""What a runner returns, as what the caller of a predictor gets."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Answers = list[NDArray[np.float32]]

_LARGEST = float(np.finfo(np.float32).max)


def joined(batches: Sequence[Answers]) -> Answers:
    """The answers for several batches as those for one."""
    return batches[0] if len(batches) == 1 else [np.concatenate(parts) for parts in zip(*batches, strict=True)]


def nested(structure: Any, answers: Answers) -> Any:
    """The answers in the structure of a model's outputs, in which each stands as its number."""
    if isinstance(structure, dict):
        return {name: nested(part, answers) for name, part in structure.items()}
    if isinstance(structure, list | tuple):
        parts = [nested(part, answers) for part in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else type(structure)(parts)  # a namedtuple
    return answers[structure]


def unknown_where_no_number(
    answers: Answers, arrays: Sequence[NDArray[Any]], unknown_from: Iterable[Iterable[int]]
) -> Answers:
    """Answers, but NaN for each picture that holds NaN or an infinity, as Keras answers most of them on torch and JAX.

    Args:
        answers: of a network, shape (N, ...).
        arrays: its inputs, shape (N, ...).
        unknown_from: of its runner.
    """
    rows = [_without_number(array) for array in arrays]
    if all(row is None for row in rows):
        return answers
    for answer, numbers in zip(answers, unknown_from, strict=True):
        for row in (rows[number] for number in numbers):
            # Whole numbers, which know no NaN, stay as they are.
            if row is not None and answer.dtype.kind == "f":
                answer[row] = np.nan
    return answers


def _without_number(array: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Rows in which something is no finite number as float32; None where there are none."""
    if array.dtype.kind != "f" or not array.size:
        return None
    # Two numbers tell of nearly all arrays, and no copy is made: NaN, which either of them would be, equals nothing.
    if float(array.min()) >= -_LARGEST and float(array.max()) <= _LARGEST:
        return None
    with np.errstate(over="ignore"):
        finite = np.isfinite(array.astype(np.float32, copy=False))
    found: NDArray[np.bool_] = np.any(~finite.reshape(len(array), -1), axis=1)
    return found
