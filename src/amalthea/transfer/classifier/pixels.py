"""Whether pictures in memory are what a network's preparation starts from."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError
from .labelled import Pictures

_FIRST = 32  # pictures whose values are looked at


def check_pictures(pictures: Pictures, size: tuple[int, int], network: str, *, any_values: bool) -> None:
    """Refuse arrays of another size, and those that were scaled already: the network's scaling would come on top.

    Args:
        pictures: paths, which are as they should be, or an array of shape (N, H, W, 3).
        size: rows and columns that the network takes.
        network: its name, for the message.
        any_values: whether values need not be RGB in [0, 255].

    Raises:
        ArgumentError: the size differs, or the values of the first pictures do not look like RGB in [0, 255].
    """
    if not isinstance(pictures, np.ndarray):
        return
    if pictures.shape[1:3] != size:
        raise ArgumentError(
            f"The pictures have {' × '.join(map(str, pictures.shape[1:3]))} pixels; {network} takes "
            f"{' × '.join(map(str, size))}. amalthea.images.resize gives them this size."
        )
    if not any_values:
        _check_values(pictures, network)


def _check_values(pictures: NDArray[Any], network: str) -> None:
    first = pictures[:_FIRST]
    low, high = float(first.min()), float(first.max())
    if low >= 0 and (high > 1 or high == low == 0) and high <= 255:
        return
    scaled = next((f"[{a}, {b}]" for a, b in ((0, 1), (-1, 1)) if a <= low and high <= b), None)
    raise ArgumentError(
        f"The values of the pictures lie in {scaled or f'[{low:.4g}, {high:.4g}]'}; {network} wants [0, 255] RGB and "
        "scales them itself. Give the pictures as they were read, or say with scaling= what is to be done to them: "
        "scaling=1 takes them as they are."
    )
