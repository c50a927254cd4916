"""Many pictures for what computes few at a time."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..answers import Answers, joined

_AT_ONCE = 32  # pictures, so that memory stays the same whatever their number


def in_groups(computed: Callable[[Sequence[NDArray[Any]]], Answers], arrays: Sequence[NDArray[Any]]) -> Answers:
    """The answers to any number of pictures.

    Args:
        computed: answers some of them, but not none.
        arrays: as for a ``Runner``.
    """
    count = len(arrays[0])
    if not count:  # of one picture, of which nothing is kept
        blank = [np.zeros((1, *array.shape[1:])) for array in arrays]
        return [answer[:0] for answer in computed(blank)]
    starts = range(0, count, _AT_ONCE)
    return joined([computed([array[start : start + _AT_ONCE] for array in arrays]) for start in starts])
