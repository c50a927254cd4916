"""What a class loses where a part of the picture is hidden: a map without gradients, of whatever computes scores."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ..._progress import progress
from ...errors import ArgumentError
from ...images import Picture, Preparation
from ...runtime import Predictor
from ...runtime.recognition import prepared
from ...runtime.scores import as_probabilities
from .subject import Found

_PLACES = 12  # along each side, at which a part is hidden
_REACH = 0.18  # of a side: how far from its centre a part reaches, fading out
_BLUR = 0.08  # of the longer side: the deviation of what stands in the hidden part
_AT_ONCE = 32  # pictures that are computed together
_LEAST = 1e-12  # of probabilities whose logarithm is taken


def occlusion(
    predictor: Predictor, classes: int, picture: Picture, preparation: Preparation, number: int | None
) -> Found:
    """Where a classifier sees a class (after Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901, section 4.2).

    One part of the picture after another is blurred, and the logarithm of the class' odds compared with those that it
    has in the whole picture. Probabilities themselves would hardly tell, where a network is sure of its answer.

    Args:
        predictor: what computes the scores, of one input and one output.
        classes: how many there are.
        picture: shape (H, W, 3), RGB in [0, 255], of the size that the network takes.
        preparation: that it expects.
        number: of the class; None for the most probable one.

    Raises:
        ArgumentError: the network returns no probabilities.
    """
    rows, columns = _windows(picture.shape[0]), _windows(picture.shape[1])
    [spec] = predictor.runner.inputs
    groups = _in_groups(_hidden(picture, rows, columns), predictor.name)
    found = as_probabilities(predictor(prepared(group, preparation, spec) for group in groups), classes)
    if found is None:
        raise ArgumentError(
            f"{predictor.name} returns no probabilities of {classes} classes. Build it with a softmax at its end "
            "(classifier_activation='softmax')."
        )
    chosen = int(found[0].argmax()) if number is None else number
    odds = _log_odds(found, chosen)
    losses = (odds[0] - odds[1:]).reshape(len(rows), len(columns))
    spread = rows.T @ losses @ columns / np.outer(rows.sum(axis=0), columns.sum(axis=0))
    return Found(np.maximum(spread, 0).astype(np.float32), chosen, float(found[0, chosen]))


def _windows(side: int) -> NDArray[np.float32]:
    """How much of each pixel along a side is hidden at each of the places, in [0, 1], shape (places, side)."""
    centres = (np.arange(_PLACES) + 0.5) * side / _PLACES
    distances = np.abs(np.arange(side) + 0.5 - centres[:, np.newaxis]) / (_REACH * side)
    return np.where(distances < 1, (1 + np.cos(np.pi * distances)) / 2, 0).astype(np.float32)


def _hidden(picture: Picture, rows: NDArray[np.float32], columns: NDArray[np.float32]) -> Iterator[Picture]:
    """The whole picture; then with a part blurred, at each place, row by row."""
    yield picture
    deviation = _BLUR * max(picture.shape[:2])
    blurred = np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(deviation)), np.float32)
    difference = blurred - picture
    for row in rows:
        for column in columns:
            yield np.rint(picture + np.outer(row, column)[..., np.newaxis] * difference).astype(np.uint8)


def _in_groups(pictures: Iterator[Picture], name: str) -> Iterator[list[Picture]]:
    """Pictures, so many at a time as are computed together, with a bar that shows how far they are."""
    total, done = _PLACES**2 + 1, 0
    with progress(name, "parts") as show:
        group = []
        for picture in pictures:
            group.append(picture)
            if len(group) == _AT_ONCE or done + len(group) == total:
                yield group
                done += len(group)
                show(done, total)
                group = []


def _log_odds(probabilities: NDArray[np.float32], number: int) -> NDArray[np.float64]:
    """Of a class against all others, shape (N,).

    From the sum of the others, not from 1 less its own: where that is rounded to 1, they still tell how sure it is.
    """
    own = probabilities[:, number].astype(np.float64)
    others = np.delete(probabilities, number, axis=1).sum(axis=1, dtype=np.float64)
    return np.log(np.maximum(own, _LEAST)) - np.log(np.maximum(others, _LEAST))  # type: ignore[no-any-return]
