"""Probabilities of a model for pictures, through the runtime."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ...images import Preparation, scale
from ...runtime import Predictor, predictor
from ...runtime.scores import of_all_classes
from .labelled import Pictures

if TYPE_CHECKING:
    import keras

_AT_ONCE = 32  # pictures that are scaled and computed together


class Ready(NamedTuple):
    """A predictor, and the model that it was made of as it was then."""

    predictor: Predictor
    model: "keras.Model"
    precision: str
    checksum: int


def ready(
    model: "keras.Model", precision: str, preparation: Preparation, classes: Sequence[str], kept: Ready | None
) -> Ready:
    """The predictor of a model, made anew if the weights are no longer those of the one that was kept."""
    checksum = _checksum(model)
    if kept and kept.model is model and (kept.precision, kept.checksum) == (precision, checksum):
        return kept
    plain = predictor(model, precision=precision)
    return Ready(replace(plain, preparation=preparation, classes=tuple(classes)), model, precision, checksum)


def probabilities(predictor: Predictor, pictures: Pictures, preparation: Preparation) -> NDArray[np.float32]:
    """Probabilities of all classes, also where the model returns that of the second class alone.

    Args:
        predictor: of a model with one input, pictures; it knows the preparation and the classes.
        pictures: paths, or an array of shape (N, H, W, 3), RGB in [0, 255], of the right size.
        preparation: what happens to an array.

    Returns:
        Shape (N, k), numbers in [0, 1]; each row's sum is 1.

    Raises:
        ImageError, MissingFileError: a file is no usable picture.
    """
    if isinstance(pictures, np.ndarray):
        [spec] = predictor.runner.inputs
        return of_all_classes(predictor(_scaled(pictures, preparation, spec.channels_first)))
    return np.stack([found for found in predictor.probabilities(pictures) if isinstance(found, np.ndarray)])


def _scaled(pictures: NDArray[Any], preparation: Preparation, channels_first: bool) -> Iterator[NDArray[Any]]:
    for start in range(0, len(pictures), _AT_ONCE):
        pixels = scale(pictures[start : start + _AT_ONCE], preparation.scaling)
        yield pixels.transpose(0, 3, 1, 2) if channels_first else pixels


def _checksum(model: "keras.Model") -> int:
    from keras import ops

    checksum = 0
    for variable in model.weights:
        checksum = crc32(np.ascontiguousarray(ops.convert_to_numpy(variable)).data, checksum)
    return checksum
