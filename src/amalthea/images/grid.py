"""What augmentation makes of a picture, to look at before anything is trained with it."""

import numpy as np

from ..errors import ArgumentError
from .augmentation import Augmentation
from .decode import Picture
from .random_numbers import check_seed, generator_of
from .resizing import resize

_GAP = 4  # white pixels around each picture


def preview(
    picture: Picture, augmentation: Augmentation, *, rows: int = 3, columns: int = 4, side: int = 200, seed: int = 0
) -> Picture:
    """A grid of versions of one picture, each transformed in its own way; the first is the picture itself.

    Args:
        picture: shape (height, width, 3), RGB in [0, 255].
        augmentation: what may happen to it.
        rows: of the grid.
        columns: of the grid.
        side: the longer one of each version, in pixels. The picture is resized before it is transformed.
        seed: another one shows other versions.

    Returns:
        Shape (height, width, 3), RGB in [0, 255].

    Raises:
        ImageError: the array is no picture.
        ArgumentError: no row or column, a side below 1, or no seed.
        MissingDependencyError: OpenCV is not installed.

    Example:
        >>> cat = np.zeros((300, 400, 3), np.uint8)
        >>> preview(cat, Augmentation(horizontal_flip=True), rows=2, columns=3, side=100).shape
        (162, 316, 3)
    """
    check_seed(seed)
    whole = preview_size(picture, rows=rows, columns=columns, side=side)
    height, width = _fitted(picture, side)
    first = resize(picture, (height, width), "lanczos")
    grid = np.full((*whole, 3), 255, np.uint8)
    for number in range(rows * columns):
        row, column = divmod(number, columns)
        top, left = _GAP + row * (height + _GAP), _GAP + column * (width + _GAP)
        transform = augmentation.draw(height, width, generator_of(seed, 0, number))
        grid[top : top + height, left : left + width] = transform.apply(first) if number else first
    return grid


def preview_size(picture: Picture, *, rows: int = 3, columns: int = 4, side: int = 200) -> tuple[int, int]:
    """Height and width of the grid that ``preview`` draws, for whoever has to know before.

    Args:
        picture: as there.
        rows: as there.
        columns: as there.
        side: as there.

    Raises:
        ArgumentError: no row or column, or a side below 1.

    Example:
        >>> preview_size(np.zeros((300, 400, 3), np.uint8), rows=2, columns=3, side=100)
        (162, 316)
    """
    if min(rows, columns, side) < 1:
        raise ArgumentError(f"rows={rows}, columns={columns}, side={side}; each must be at least 1.")
    height, width = _fitted(picture, side)
    return rows * (height + _GAP) + _GAP, columns * (width + _GAP) + _GAP


def _fitted(picture: Picture, side: int) -> tuple[int, int]:
    """Height and width of each version."""
    height, width = picture.shape[:2]
    longer = max(height, width)
    return max(round(height * side / longer), 1), max(round(width * side / longer), 1)
