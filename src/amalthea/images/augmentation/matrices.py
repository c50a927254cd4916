"""Affine transformations as (3, 3) matrices that map a place (row, column, 1) of the result to one in the picture."""

import math

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError

Matrix = NDArray[np.float64]


def affine_matrix(
    height: int,
    width: int,
    *,
    rotation: float = 0.0,
    shear: float = 0.0,
    zoom: tuple[float, float] = (1.0, 1.0),
    shift: tuple[float, float] = (0.0, 0.0),
) -> Matrix:
    """Rotate, shear and zoom a picture about its centre, then move it.

    Args:
        height: of the picture in pixels.
        width: of the picture in pixels.
        rotation: degrees, counterclockwise.
        shear: degrees, as Keras shears: upright lines lean by its sine, and heights are divided by its cosine.
        zoom: which share of the rows and of the columns is seen: below 1 magnifies, above 1 shrinks.
        shift: pixels down and to the right.

    Returns:
        Shape (3, 3), for ``warp``.

    Example:
        >>> affine_matrix(5, 5, shift=(2.0, 1.0)) @ (3, 3, 1)
        array([1., 2., 1.])
    """
    (a, b), (c, d) = _linear(rotation, shear, zoom[1], zoom[0])
    row, column = height / 2 - 0.5, width / 2 - 0.5
    down, right = row + shift[0], column + shift[1]
    # The linear part in (column, row) order, as Keras defines it; its rows and columns change places here.
    return np.array([[d, c, row - d * down - c * right], [b, a, column - b * down - a * right], [0.0, 0.0, 1.0]])


def legacy_matrix(
    theta: float,
    tx: float,
    ty: float,
    shear: float,
    zx: float,
    zy: float,
    height: int,
    width: int,
    compat: str | None = None,
) -> Matrix:
    """The matrix that ``apply_affine_transform`` builds of its arguments, oddities included.

    Args:
        theta: rotation in degrees.
        tx: shift in pixels; of the columns as Keras 3 has it, of the rows in 1.1.2.
        ty: shift in pixels; of the rows as Keras 3 has it, of the columns in 1.1.2.
        shear: degrees.
        zx: zoom of the axis that ``tx`` shifts.
        zy: zoom of the axis that ``ty`` shifts.
        height: of the picture in pixels.
        width: of the picture in pixels.
        compat: None for Keras 3's legacy copy, whose centre is (width / 2 - 0.5, height / 2 - 0.5) in rows and
            columns, and so beside the middle unless the picture is square; "1.1.2" for the last keras-preprocessing,
            whose centre is (height / 2 + 0.5, width / 2 + 0.5).

    Returns:
        Shape (3, 3), for ``warp``. Keras 3 does not exchange rows and columns where ``col_axis`` comes before
        ``row_axis``: there, take ``exchange_axes`` of the result.

    Raises:
        ArgumentError: another ``compat``.
    """
    if compat not in (None, "1.1.2"):
        raise ArgumentError(f"compat={compat!r} is unknown; choose None (as Keras 3) or '1.1.2' (keras-preprocessing).")
    (a, b), (c, d) = _linear(theta, shear, zx, zy)
    cosine, sine = math.cos(math.radians(theta)), math.sin(math.radians(theta))
    half = -0.5 if compat is None else 0.5
    x, y = height / 2 + half, width / 2 + half
    down, right = cosine * tx - sine * ty + x - a * x - b * y, sine * tx + cosine * ty + y - c * x - d * y
    first, second = (a, b, down), (c, d, right)
    if compat is None:
        first, second = (d, c, right), (b, a, down)
    return np.array((first, second, (0.0, 0.0, 1.0)))


def is_identity(matrix: Matrix) -> bool:
    """Whether every pixel stays in its place."""
    return bool(matrix.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]])


def exchange_axes(matrix: Matrix) -> Matrix:
    """The same transformation of a picture whose rows and columns have changed places."""
    (a, b, down), (c, d, right), last = matrix.tolist()
    return np.array([[d, c, right], [b, a, down], last])


def flipped(matrix: Matrix, height: int, width: int, horizontal: bool, vertical: bool) -> Matrix:
    """One matrix for a transformation whose result is then flipped.

    Args:
        matrix: of the transformation, shape (3, 3).
        height: of the result in pixels.
        width: of the result in pixels.
        horizontal: left and right change places.
        vertical: top and bottom change places.
    """
    (a, b, down), (c, d, right), last = matrix.tolist()
    if vertical:
        a, c, down, right = -a, -c, down + a * (height - 1), right + c * (height - 1)
    if horizontal:
        b, d, down, right = -b, -d, down + b * (width - 1), right + d * (width - 1)
    return np.array(((a, b, down), (c, d, right), last))


def _linear(theta: float, shear: float, zx: float, zy: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Rotation times shear times zoom, along x and y as Keras names its axes."""
    cosine, sine = math.cos(math.radians(theta)), math.sin(math.radians(theta))
    lean, height = math.sin(math.radians(shear)), math.cos(math.radians(shear))
    return (
        (cosine * zx, (-cosine * lean - sine * height) * zy),
        (sine * zx, (-sine * lean + cosine * height) * zy),
    )
