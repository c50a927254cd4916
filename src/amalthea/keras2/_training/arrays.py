"""Arrays to train on: split, and put into an order that the seed decides."""

from typing import Any

import keras
import numpy as np

from ...errors import ArgumentError
from .sources import ShuffledArrays, Source

BATCH_SIZE = 32
"""Of any Keras, where none is given."""


def split(data: tuple[Any, ...], fraction: float) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The first and the last part of arrays, as ``validation_split`` divides them.

    Raises:
        ArgumentError: a part would be empty.
    """
    samples = len(keras.tree.flatten(data)[0])
    place = int(samples * (1 - fraction))
    if not 0 < place < samples:
        raise ArgumentError(f"validation_split={fraction!r} of {samples} samples leaves nothing on one side.")
    first, last = (
        keras.tree.map_structure(lambda array, part=part: None if array is None else array[part], data)
        for part in (slice(place), slice(place, None))
    )
    return first, last


def samples_in(x: Any) -> int | None:
    """How many samples arrays have; None for what only Keras can read."""
    arrays = keras.tree.flatten(x)
    return len(arrays[0]) if all(isinstance(array, np.ndarray) and array.ndim for array in arrays) and arrays else None


def shuffled(data: tuple[Any, ...], batch_size: int | None, shuffle: Any) -> Source | None:
    """Arrays ``(x, y, weights)`` as batches in an order of ours; None for what only Keras can read."""
    given = tuple(part for part in data if part is not None)
    arrays = keras.tree.flatten(given)
    if not arrays or not all(isinstance(array, np.ndarray) and array.ndim for array in arrays):
        return None
    if len({len(array) for array in arrays}) > 1 or not len(arrays[0]):
        return None
    parts = tuple(tuple(part) if isinstance(part, list) else part for part in given)
    size = batch_size or BATCH_SIZE
    batches = ShuffledArrays(parts, size, shuffle == "batch")
    return Source(batches, len(batches), batches.samples, size)
