"""Triton's extension for classifications: the best classes of an output in place of all its scores."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....runtime.scores import of_all_classes
from .question import refuse


def best_of(name: str, scores: NDArray[Any], classes: Sequence[str], count: int) -> list[list[str]]:
    """The best classes of each picture as "value:index:label", or "value:index" where no labels are known.

    Args:
        name: of the output, for messages.
        scores: shape (N, k); or (N, 1) of a network that tells two classes apart, for which it stands for the second.
        classes: of the model; empty where they are not known.
        count: how many; all of them where there are fewer.

    Returns:
        One list a picture, the highest score first, equal ones in the order of the classes.

    Raises:
        Problem: the output is no list of scores.
    """
    if scores.ndim != 2 or scores.dtype.kind == "b":
        refuse(
            f"Output {name!r} of shape {list(scores.shape)} cannot be classified: that takes one list of scores a "
            "picture. Leave out the parameter 'classification'."
        )
    if len(classes) == 2:
        scores = of_all_classes(scores)
    labels = [f":{label}" for label in classes] if len(classes) == scores.shape[1] else [""] * scores.shape[1]
    order = np.argsort(-scores.astype(np.float64), axis=1, kind="stable")[:, :count]
    return [
        [f"{row[number]}:{number}{labels[number]}" for number in best] for row, best in zip(scores, order, strict=True)
    ]
