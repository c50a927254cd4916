"""Probabilities of a model for pictures, through the runtime."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ...catalog import ScalingSteps
from ...errors import ArgumentError, listed, warn
from ...images import Preparation, scale
from ...runtime import Predictor, Views, predictor
from ...runtime.scores import of_all_classes

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


def probabilities(predictor: Predictor, pictures: Sequence[Path] | NDArray[Any], views: Views) -> NDArray[np.float32]:
    """Probabilities of all classes, also where the model returns that of the second class alone.

    Args:
        predictor: of a model with one input, pictures; it knows the preparation and the classes.
        pictures: paths, or an array of shape (N, H, W, 3), RGB in [0, 255], of the right size.
        views: of each picture, whose answers are averaged.

    Returns:
        Shape (N, k), numbers in [0, 1]; each row's sum is 1.

    Raises:
        ImageError, MissingFileError: a file is no usable picture.
    """
    if isinstance(pictures, np.ndarray):
        assert predictor.preparation
        [spec] = predictor.runner.inputs
        scaling, first = predictor.preparation.scaling, spec.channels_first
        return views.mean(
            lambda number: of_all_classes(predictor(_scaled(_view(pictures, views, number), scaling, first)))
        )
    found = predictor.probabilities(pictures, views=views)
    return np.stack([scores for scores in found if isinstance(scores, np.ndarray)])


def judged(
    predictor: Predictor,
    pictures: Sequence[Path] | NDArray[Any],
    labels: NDArray[np.int64],
    views: Views,
    on_error: str,
) -> tuple[NDArray[np.int64], NDArray[np.float32], int]:
    """Labels and probabilities of pictures; those that cannot be used are left out with a warning, if so wished.

    Args:
        predictor: as for ``probabilities``.
        pictures: as there.
        labels: of each, shape (N,).
        views: as there.
        on_error: ``"raise"`` or ``"skip"``.

    Returns:
        Labels, shape (N,); probabilities, shape (N, k); how many pictures were left out.

    Raises:
        ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
        ArgumentError: none of them is usable.
    """
    if on_error == "raise" or isinstance(pictures, np.ndarray):
        return labels, probabilities(predictor, pictures, views), 0
    found = list(predictor.probabilities(pictures, on_error="return", views=views))
    usable = np.array([isinstance(scores, np.ndarray) for scores in found])
    if not usable.any():
        raise ArgumentError("None of the pictures can be read.")
    if problems := [problem for problem in found if not isinstance(problem, np.ndarray)]:
        warn(f"{len(problems)} of {len(found)} pictures cannot be used and are left out:\n{listed(problems)}")
    scores = np.stack([scores for scores in found if isinstance(scores, np.ndarray)])
    return labels[usable], scores, len(problems)


def _view(pictures: NDArray[Any], views: Views, number: int) -> Iterator[NDArray[Any]]:
    """Batches of one view of each picture."""
    for start in range(0, len(pictures), _AT_ONCE):
        batch = pictures[start : start + _AT_ONCE]
        yield np.stack([views.view(picture, number) for picture in batch]) if number else batch


def _scaled(batches: Iterable[NDArray[Any]], scaling: ScalingSteps, channels_first: bool) -> Iterator[NDArray[Any]]:
    for batch in batches:
        pixels = scale(batch, scaling)
        yield pixels.transpose(0, 3, 1, 2) if channels_first else pixels


def _checksum(model: "keras.Model") -> int:
    from keras import ops

    checksum = 0
    for variable in model.weights:
        checksum = crc32(np.ascontiguousarray(ops.convert_to_numpy(variable)).data, checksum)
    return checksum
