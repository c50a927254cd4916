"""Single transformations of single pictures, under the names and with the conventions of keras-preprocessing.

Pictures are arrays of 3 axes, of which ``channel_axis`` is the first or the last one. By default it is the first. The
random numbers are fresh ones from the operating system; NumPy's global generator is neither read nor changed.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import MissingDependencyError
from ...images import augmentation
from . import settings
from .arguments import check_axes, pair

# The packages that keras-preprocessing imported here, under the names by which scripts and its own tests look for them
# (and take them away); None where one is not installed.
ImageEnhance = find_spec("PIL.ImageEnhance")
scipy = find_spec("scipy")


def apply_affine_transform(
    x: NDArray[Any],
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
    *,
    compat: str | None = None,
) -> NDArray[Any]:
    """Rotate, shift, shear and zoom a picture, in one warp.

    As in Keras 3, ``tx`` moves columns and ``ty`` rows, and the centre of a picture that is not square lies beside its
    middle.

    Args:
        x: a picture; it is not changed.
        theta: rotation in degrees.
        tx: pixels by which columns move to the left.
        ty: pixels by which rows move up.
        shear: degrees.
        zx: factor of the columns that are seen: below 1 magnifies.
        zy: factor of the rows that are seen.
        row_axis: of the picture.
        col_axis: of the picture.
        channel_axis: 0 or 2.
        fill_mode: what lies outside: "nearest", "reflect", "wrap" or "constant".
        cval: what lies outside if ``fill_mode="constant"``, in the picture's range.
        order: of the interpolation: 0 takes the nearest pixel, 1 is linear, 2 to 5 are splines.
        compat: "1.1.2" for keras-preprocessing 1.1.2, whose centre is one pixel off and whose ``tx`` moves rows.

    Returns:
        The same shape and type; ``x`` itself if nothing is to be done.

    Raises:
        ArgumentError: not 3 axes, axes that are none of them, or an unknown ``fill_mode`` or ``order``.
        MissingDependencyError: OpenCV is not installed.

    Example:
        >>> apply_affine_transform(np.array([[[1, 2, 3]]]), tx=1)
        array([[[2, 3, 3]]])
    """
    if scipy is None:
        raise MissingDependencyError("Affine transformations need SciPy: pip install scipy")
    check_axes(x, row_axis, col_axis, channel_axis)
    if (theta, tx, ty, shear, zx, zy) == (0, 0, 0, 0, 1, 1):
        return x
    sides = x.shape[row_axis], x.shape[col_axis]
    matrix = augmentation.legacy_matrix(theta, tx, ty, shear, zx, zy, *sides, compat)
    if compat is None and col_axis < row_axis:
        matrix = augmentation.exchange_axes(matrix)
    warped = augmentation.warp(np.moveaxis(x, channel_axis, 2), matrix, fill_mode, cval, order)
    return np.moveaxis(warped, 2, channel_axis)


def apply_channel_shift(x: NDArray[Any], intensity: float, channel_axis: int = 0) -> NDArray[Any]:
    """Add one number to all values, and clip them to the least and greatest that the picture had.

    Args:
        x: a picture; it is not changed.
        intensity: in the unit of the picture's values.
        channel_axis: where the channels stand, which makes no difference.

    Example:
        >>> apply_channel_shift(np.array([[[0.0, 100.0, 200.0]]]), 50)
        array([[[ 50., 150., 200.]]])
    """
    return augmentation.shift_channels(x, intensity)


def apply_brightness_shift(x: NDArray[Any], brightness: float, scale: bool = True) -> NDArray[Any]:
    """Make a picture brighter or darker. Its values pass through whole numbers in [0, 255].

    Args:
        x: a picture of 1, 3 or 4 channels in Keras' data format; it is not changed.
        brightness: factor: 0 is black, 1 changes nothing.
        scale: stretch the values to [0, 255] first, as keras-preprocessing 1.1.2 always does. Without it they are
            stretched only if they leave [0, 255], and brought back afterwards.

    Returns:
        The same shape, in Keras' ``floatx``.

    Raises:
        ImageError: another rank or number of channels.

    Example:
        >>> apply_brightness_shift(np.full((1, 1, 3), 100.0), 1.5, scale=False)
        array([[[150., 150., 150.]]], dtype=float32)
    """
    if ImageEnhance is None:
        raise MissingDependencyError("Changes of brightness need Pillow: pip install pillow")
    data_format, dtype = settings.data_format(None), settings.floatx(None)
    return augmentation.brighten_through_pillow(np.asarray(x), brightness, scale, data_format, dtype)


def random_rotation(
    x: NDArray[Any],
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> NDArray[Any]:
    """Rotate a picture by up to ``rg`` degrees in either direction; the rest as for ``apply_affine_transform``.

    Example:
        >>> random_rotation(np.zeros((3, 5, 5)), 40, interpolation_order=0).shape
        (3, 5, 5)
    """
    theta = _between(-rg, rg)
    return apply_affine_transform(
        x, theta, 0, 0, 0, 1, 1, row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order
    )


def random_shift(
    x: NDArray[Any],
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> NDArray[Any]:
    """Move a picture; the rest as for ``apply_affine_transform``.

    As in Keras 3, ``wrg`` moves rows and ``hrg`` columns.

    Args:
        wrg: fraction of the picture's width, up to which it moves in either direction.
        hrg: the same of its height.

    Example:
        >>> random_shift(np.zeros((3, 5, 5)), 0.2, 0.2, interpolation_order=0).shape
        (3, 5, 5)
    """
    tx, ty = _between(-hrg, hrg) * x.shape[row_axis], _between(-wrg, wrg) * x.shape[col_axis]
    return apply_affine_transform(
        x, 0, tx, ty, 0, 1, 1, row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order
    )


def random_shear(
    x: NDArray[Any],
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> NDArray[Any]:
    """Shear a picture by up to ``intensity`` degrees either way; the rest as for ``apply_affine_transform``.

    Example:
        >>> random_shear(np.zeros((3, 5, 5)), 10, interpolation_order=0).shape
        (3, 5, 5)
    """
    shear = _between(-intensity, intensity)
    return apply_affine_transform(
        x, 0, 0, 0, shear, 1, 1, row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order
    )


def random_zoom(
    x: NDArray[Any],
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> NDArray[Any]:
    """Zoom a picture, rows and columns on their own; the rest as for ``apply_affine_transform``.

    Args:
        zoom_range: least and greatest factor: below 1 magnifies.

    Raises:
        ArgumentError: not two numbers.

    Example:
        >>> random_zoom(np.zeros((3, 5, 5)), (0.8, 1.2), interpolation_order=0).shape
        (3, 5, 5)
    """
    low, high = pair("zoom_range", zoom_range)
    zx, zy = _between(low, high), _between(low, high)
    return apply_affine_transform(
        x, 0, 0, 0, 0, zx, zy, row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order
    )


def random_channel_shift(x: NDArray[Any], intensity_range: float, channel_axis: int = 0) -> NDArray[Any]:
    """Add a number of up to ``intensity_range``, or subtract it; the rest as for ``apply_channel_shift``.

    Example:
        >>> random_channel_shift(np.zeros((3, 5, 5)), 20).shape
        (3, 5, 5)
    """
    return apply_channel_shift(x, _between(-intensity_range, intensity_range), channel_axis)


def random_brightness(x: NDArray[Any], brightness_range: Sequence[float], scale: bool = True) -> NDArray[Any]:
    """Make a picture brighter or darker, by a factor in ``brightness_range``; the rest as ``apply_brightness_shift``.

    Raises:
        ArgumentError: not two numbers.

    Example:
        >>> random_brightness(np.zeros((5, 5, 3)), (0.5, 1.5)).shape
        (5, 5, 3)
    """
    return apply_brightness_shift(x, _between(*pair("brightness_range", brightness_range)), scale)


def transform_matrix_offset_center(
    matrix: ArrayLike, x: float, y: float, *, compat: str | None = None
) -> NDArray[np.float64]:
    """Let a transformation turn about the middle of a picture instead of its corner.

    Args:
        matrix: shape (3, 3).
        x: length of the axis that the matrix names first, in pixels.
        y: length of the other.
        compat: "1.1.2" for the middle of keras-preprocessing 1.1.2, one pixel off.

    Returns:
        Shape (3, 3).

    Example:
        >>> transform_matrix_offset_center([[-1, 0, 0], [0, -1, 0], [0, 0, 1]], 5, 3)
        array([[-1.,  0.,  4.],
               [ 0., -1.,  2.],
               [ 0.,  0.,  1.]])
    """
    half = -0.5 if compat is None else 0.5
    there = np.array([[1, 0, x / 2 + half], [0, 1, y / 2 + half], [0, 0, 1]])
    back = np.array([[1, 0, -x / 2 - half], [0, 1, -y / 2 - half], [0, 0, 1]])
    return np.asarray(there @ np.asarray(matrix) @ back, np.float64)


def flip_axis(x: ArrayLike, axis: int) -> NDArray[Any]:
    """A view of an array whose order along an axis is reversed.

    Example:
        >>> flip_axis([[1, 2, 3]], 1)
        array([[3, 2, 1]])
    """
    return np.flip(np.asarray(x), axis)


def _between(low: float, high: float) -> float:
    return float(np.random.default_rng().uniform(low, high))
