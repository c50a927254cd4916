"""Where the places that a result asks for lie in a picture, and what SciPy takes for those outside of it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .matrices import Matrix

Places = NDArray[np.float64]  # rows or columns in a picture, 0 in the middle of its first pixel


class Reach(NamedTuple):
    """The least and greatest row and column of a picture that a result asks for."""

    top: float
    bottom: float
    left: float
    right: float

    def within(self, height: int, width: int) -> bool:
        """Whether nothing outside of a picture of this size is asked for."""
        return self.top >= 0 and self.bottom <= height - 1 and self.left >= 0 and self.right <= width - 1

    def beyond(self, distance: float) -> bool:
        """Whether anything farther than this from the first pixel is asked for, in pixels."""
        return max(map(abs, self)) > distance


def reach(matrix: Matrix, height: int, width: int) -> Reach:
    """How far a matrix leads for a result of this size: its corners tell."""
    (a, b, down), (c, d, right), _ = matrix.tolist()
    last_row, last_column = height - 1, width - 1
    rows = [down + row + column for row in (0.0, a * last_row) for column in (0.0, b * last_column)]
    columns = [right + row + column for row in (0.0, c * last_row) for column in (0.0, d * last_column)]
    return Reach(min(rows), max(rows), min(columns), max(columns))


def places(matrix: Matrix, height: int, width: int) -> tuple[Places, Places]:
    """Rows and columns in the picture for every pixel of a result of this size, each of shape (height, width)."""
    rows, columns = np.arange(height, dtype=np.float64), np.arange(width, dtype=np.float64)
    # SciPy's order of the sums: a place on the very border must not come to lie beyond it by a rounding error.
    row, column = ((offset + i * rows)[:, np.newaxis] + j * columns for i, j, offset in matrix[:2])
    return row, column


def outside(rows: Places, columns: Places, height: int, width: int) -> NDArray[np.bool_]:
    """Which places lie outside of a picture of this size."""
    return (rows < 0) | (rows > height - 1) | (columns < 0) | (columns > width - 1)


def folded(place: Places, side: int, fill_mode: str) -> Places:
    """Bring all places of one axis into the picture, or half a pixel around it.

    Args:
        place: rows or columns.
        side: pixels of this axis.
        fill_mode: "nearest" and "constant" go to the border, "reflect" mirrors at the outer edge of the last pixel,
            "wrap" has a period of ``side - 1``.
    """
    if fill_mode == "reflect":
        position: Places = np.mod(place + 0.5, 2 * side)
        return np.minimum(position, 2 * side - position) - 0.5
    if fill_mode == "wrap" and side > 1:
        period = side - 1
        start = np.floor(place / period)  # of the repetition that a place lies in
        start *= period
        on_start = start == place
        if on_start.any():  # where the last pixel meets the first, SciPy takes the last: in the picture and to its left
            start[on_start & ((place < 0) | (place == period))] -= period
        return place - start
    return np.clip(place, 0, side - 1)
