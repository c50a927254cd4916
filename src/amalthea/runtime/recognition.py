"""What a network recognises in a picture, and whether it is sure enough to say so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..catalog import ScoredClass, best_classes, check_top
from ..errors import ArgumentError, ImageError, MissingFileError
from .runners import TensorSpec

if TYPE_CHECKING:
    from ..images import Picture, Preparation
    from .prediction import Predictor


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a network sees in one picture.

    Attributes:
        path: the file, as it was given.
        classes: the best first; empty where the file is no usable picture.
        error: why it is none.
        threshold: how probable the best class must be at least to be the answer; None: it is in any case.
    """

    path: str
    classes: tuple[ScoredClass, ...]
    error: ImageError | MissingFileError | None = None
    threshold: float | None = None

    @property
    def answer(self) -> str | None:
        """Name of the best class; None where it is too improbable, "none of these", or there is no usable picture."""
        if not self.classes or (self.threshold is not None and self.classes[0].probability < self.threshold):
            return None
        return self.classes[0].name


def check_threshold(threshold: object) -> None:
    """Refuse what no probability could be compared with.

    Raises:
        ArgumentError: it is neither None nor a number in [0, 1].
    """
    number = threshold if isinstance(threshold, int | float | np.number) else -1
    if threshold is not None and (isinstance(threshold, bool) or not 0 <= number <= 1):
        raise ArgumentError(
            f"threshold={threshold!r}; allowed are None and a probability in [0, 1] that the best class must have."
        )


def known_preparation(
    name: str, preparation: "Preparation | None", classes: Sequence[str], outputs: Sequence[TensorSpec]
) -> "Preparation":
    """How a network wants pictures prepared, where it can name what is on them.

    Args:
        name: of the network, for messages.
        preparation: None where that is not known.
        classes: that it names; empty where it returns something else.
        outputs: what it returns.

    Raises:
        ArgumentError: something is missing.
    """
    if preparation is None:
        raise ArgumentError(
            f"{name} does not say which pixels it expects. Say it, and name its classes, in a file that keeps both: "
            "amalthea.save(model, path, classes=[...], scaling=...), or `amalthea export MODEL OUT.onnx --classes FILE "
            "--scaling ...`. Or prepare the pictures yourself, and call predictor(arrays)."
        )
    if not classes:
        shapes = ", ".join(str(spec.shape[1:]) for spec in outputs)
        raise ArgumentError(
            f"{name} returns {shapes} for a picture, not the scores of classes whose names are known. Name them in a "
            "file: amalthea.save(model, path, classes=[...]). For ImageNet's 1000 classes build a network with its "
            "top; for all else call predictor(arrays)."
        )
    return preparation


def prepared(pictures: Sequence["Picture"], preparation: "Preparation", spec: TensorSpec) -> NDArray[Any]:
    """Pictures of the right size as a network takes them.

    Args:
        pictures: uint8, shape (rows, columns, 3), RGB in [0, 255].
        preparation: of the network.
        spec: of its input; uint8 where its graph scales pictures itself.
    """
    from ..images import scale

    pixels: NDArray[Any] = np.stack(pictures)
    if spec.dtype == "uint8":
        return pixels
    pixels = scale(pixels, preparation.scaling)
    return pixels.transpose(0, 3, 1, 2) if spec.channels_first else pixels


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
