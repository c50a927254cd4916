"""What a classifier returns, as probabilities."""

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 4e-3  # of probabilities in bfloat16, which has 8 bits


def as_probabilities(scores: NDArray[np.float32], classes: int) -> NDArray[np.float32] | None:
    """One probability a class, shape (N, classes); None where the scores are none.

    Args:
        scores: those of a softmax, shape (N, classes); or for two classes those of one sigmoid, shape (N, 1), which say
            how probable the second class is.
        classes: how many there are.
    """
    if scores.shape[1:] == (1,) and classes == 2:
        scores = of_all_classes(scores)
    if scores.shape[1:] != (classes,) or not (scores >= 0).all():
        return None
    return scores if np.allclose(scores.sum(axis=1), 1, rtol=0, atol=_ROUNDING) else None


def of_all_classes(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores of one sigmoid, (N, 1), become those of two classes, (N, 2); others stay as they are."""
    return np.hstack([1 - scores, scores]) if scores.shape[1] == 1 else scores
