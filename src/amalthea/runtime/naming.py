"""From the probabilities of classes to their names."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..catalog import best_classes, check_top
from ..errors import ImageError, MissingFileError
from .recognition import Prediction, check_threshold

if TYPE_CHECKING:
    from .prediction import Predictor


def check_naming(top: int, threshold: float | None) -> None:
    """Refuse wishes that nobody could fulfil, before a network runs in vain.

    Args:
        top: how many classes are wanted.
        threshold: how probable the best class must be.

    Raises:
        ArgumentError: see ``predict_images``.
    """
    check_top(top)
    check_threshold(threshold)


def named(
    predictor: "Predictor",
    paths: Sequence[str],
    found: Iterable[NDArray[np.float32] | ImageError | MissingFileError],
    top: int,
    threshold: float | None,
) -> list[Prediction]:
    """What is on pictures.

    Args:
        predictor: knows the classes.
        paths: of the pictures.
        found: the probabilities for each, shape (k,); or why it is no usable picture.
        top: how many classes of each.
        threshold: how probable the best class must be to be the answer; None takes that of the predictor.
    """
    least = predictor.threshold if threshold is None else threshold
    classes = _Classes(predictor)
    return [
        Prediction(path, best_classes(each, top, classes), threshold=least)
        if isinstance(each, np.ndarray)
        else Prediction(path, (), each, least)
        for path, each in zip(paths, found, strict=True)
    ]


class _Classes(Sequence[tuple[str, str]]):
    """WordNet id and name of each class; of a thousand, a picture needs five."""

    def __init__(self, predictor: "Predictor") -> None:
        self._names, self._ids = predictor.classes, predictor.wordnet_ids

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, number: Any) -> Any:
        return (self._ids[number] if self._ids else ""), self._names[number]
