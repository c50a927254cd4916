"""Pictures in memory, on their way to a graph that scales them itself."""

import os
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError
from ..images import Picture, Preparation, resize
from ..images.ahead import ahead
from .inputs import array_of, check_real
from .runners import TensorSpec

_AT_ONCE = 32  # pictures that are resized while as many are computed


def as_pictures(part: Any, spec: TensorSpec, model: str) -> NDArray[Any]:
    """Pictures as they are decoded, checked.

    Args:
        part: an array, a tensor, or a list of arrays of one size.
        spec: of the input of a graph that takes them.
        model: its name, for messages.

    Returns:
        Whole numbers in [0, 255], shape (N, rows, columns, 3).

    Raises:
        ArgumentError: something else.
    """
    _check_sizes(part, model)
    pictures = array_of(part, model)
    check_real(pictures, model)
    if pictures.ndim != 4 or pictures.shape[3] != 3 or 0 in pictures.shape[1:]:
        sides = ", ".join("any" if side is None else str(side) for side in spec.shape[1:3])
        advice = " A single one needs an axis in front: x[None]." if pictures.ndim == 3 else ""
        raise ArgumentError(
            f"{model}: input {spec.name!r} takes arrays of shape (batch, {sides}, 3); given was {pictures.shape}. "
            f"Other rows and columns are resized to these.{advice}"
        )
    _check_bytes(pictures, spec, model)
    return pictures


def resized(pictures: NDArray[Any], preparation: Preparation, threads: int | None) -> Iterator[NDArray[Any]]:
    """The same pictures in the size that a network takes: as they are, or in groups that threads resize ahead.

    Not within the graph, where even "nearest" would not be exact: tests/runtime/test_resizing_in_graphs.py.

    Args:
        pictures: whole numbers in [0, 255], shape (N, rows, columns, 3).
        preparation: for the network.
        threads: how many; None takes one for each processor.
    """
    if pictures.shape[1:3] == preparation.size:
        yield pictures
        return
    pictures = pictures.astype(np.uint8, copy=False)

    def small(picture: Picture) -> Picture:
        return resize(picture, preparation.size, preparation.interpolation)

    if len(pictures) < 2:  # for which threads would take longer to start
        yield np.array([small(picture) for picture in pictures], np.uint8).reshape(-1, *preparation.size, 3)
        return
    with closing(ahead(small, pictures, threads or os.cpu_count() or 1, 2 * _AT_ONCE)) as resized_ones:
        while group := list(islice(resized_ones, _AT_ONCE)):
            yield np.stack(group)


def _check_sizes(part: Any, model: str) -> None:
    """Tell what to do with a list of pictures that no array can hold."""
    if isinstance(part, list | tuple) and len({picture.shape for picture in part if hasattr(picture, "shape")}) > 1:
        raise ArgumentError(
            f"{model} takes pictures of one size at a time. Give them in several calls, resize them with "
            "amalthea.images.resize, or give their files to predict_images."
        )


def _check_bytes(pictures: NDArray[Any], spec: TensorSpec, model: str) -> None:
    """Refuse what would lose its meaning as bytes: pictures that are scaled already."""
    whole = pictures.dtype.kind in "iu"
    if whole and (pictures.dtype == np.uint8 or not pictures.size or (pictures.min() >= 0 and pictures.max() <= 255)):
        return
    given = (
        f"whole numbers from {pictures.min()} to {pictures.max()}" if whole else f"an array of type {pictures.dtype}"
    )
    raise ArgumentError(
        f"{model}: input {spec.name!r} takes pictures as they are decoded, RGB in [0, 255] of type uint8, and scales "
        f"them itself; given was {given}."
    )
