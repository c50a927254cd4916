"""What a runner returns, as what the caller of a predictor gets."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Answers = list[NDArray[np.float32]]


def joined(batches: Sequence[Answers]) -> Answers:
    """The answers for several batches as those for one."""
    return batches[0] if len(batches) == 1 else [np.concatenate(parts) for parts in zip(*batches, strict=True)]


def nested(structure: Any, answers: Answers) -> Any:
    """The answers in the structure of a model's outputs, in which each stands as its number."""
    if isinstance(structure, dict):
        return {name: nested(part, answers) for name, part in structure.items()}
    if isinstance(structure, list | tuple):
        return type(structure)(nested(part, answers) for part in structure)
    return answers[structure]


def unknown_where_nan(answers: list[NDArray[np.float32]], arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.float32]]:
    """Answers, but NaN for each picture that holds NaN, as Keras answers it on torch and JAX.

    Args:
        answers: of a network, shape (N, ...).
        arrays: its inputs, shape (N, ...).
    """
    for array in arrays:
        if array.dtype.kind == "f" and np.isnan(array).any():
            unknown = np.isnan(array).reshape(len(array), -1).any(axis=1)
            answers = [_unknown(answer, unknown) for answer in answers]
    return answers


def _unknown(answer: NDArray[Any], rows: NDArray[np.bool_]) -> NDArray[Any]:
    """The answer with NaN in these rows; whole numbers, which know none, stay as they are."""
    if answer.dtype.kind != "f":
        return answer
    return np.where(rows.reshape(-1, *[1] * (answer.ndim - 1)), answer.dtype.type("nan"), answer)
