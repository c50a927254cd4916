"""One affine warp of a picture, with OpenCV's speed and SciPy's results."""

from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError, ImageError, MissingDependencyError
from .borders import Reach, folded, outside, places, reach
from .matrices import Matrix, exchange_axes, is_identity

FILL_MODES = ("nearest", "reflect", "wrap", "constant")

CHANNELS = (1, 3, 4)  # for which OpenCV is exact; for other numbers of them it rounds places to 1/32 of a pixel
LONGEST = 32766  # pixels of a side that OpenCV still warps
FAR = 2**14  # pixels; OpenCV computes places in float32, which is too coarse beyond
_TYPES = (np.uint8, np.float16, np.float32, np.float64)
_NOWHERE = 2**31  # pixels; SciPy counts them in whole numbers


def warp(
    picture: NDArray[Any], matrix: Matrix, fill_mode: str = "nearest", fill_value: float = 0.0, order: int = 1
) -> NDArray[Any]:
    """Apply an affine transformation to a picture, as ``scipy.ndimage.affine_transform`` does to each channel.

    OpenCV may use threads of its own. None of its settings is changed, for they hold for the whole process, and where
    several threads warp at once, its own hardly cost anything (5 % more processor time at 150 x 150 pixels).

    Args:
        picture: shape (height, width, channels), of any number of channels, uint8 or floating (computed in float32);
            other integers go through SciPy, which is slow. It is not changed.
        matrix: shape (3, 3), float64: maps (row, column, 1) of the result to (row, column, 1) of the picture.
        fill_mode: what lies outside of the picture: "nearest" repeats its border (aaa|abcd|ddd), "reflect" mirrors it
            (cba|abcd|dcb), "wrap" repeats the picture with a period of one pixel less than its side, and "constant"
            is ``fill_value`` wherever a place lies outside of [0, side - 1], which is not blended.
        fill_value: for "constant", in the picture's own range.
        order: of the interpolation: 0 takes the nearest pixel, 1 is linear, 2 to 5 are splines, which SciPy alone
            has (slowly).

    Returns:
        A new array of the same shape and type; integers are rounded. Linear results for floating photographs in
        [0, 255] are within 0.1 of SciPy's, but for places that lie on the very edge of "wrap" or "constant". (OpenCV
        before 5.0 rounds places to 1/32 of a pixel, which moves values by up to 4.)

    Raises:
        ImageError: an array that has not 3 axes, is empty or holds no real numbers.
        ArgumentError: no affine matrix, an unknown ``fill_mode`` or ``order``.
        MissingDependencyError: order 1 without OpenCV.

    Example:
        >>> half_turn = np.array([[-1.0, 0.0, 1.0], [0.0, -1.0, 1.0], [0.0, 0.0, 1.0]])
        >>> warp(np.array([[[1], [2]], [[3], [4]]], np.uint8), half_turn, order=0)[..., 0]
        array([[4, 3],
               [2, 1]], dtype=uint8)
    """
    matrix = np.asarray(matrix, np.float64)
    check_picture(picture)
    _check(matrix, fill_mode, order)
    height, width, _ = picture.shape
    extent = reach(matrix, height, width)
    if extent.beyond(_NOWHERE):
        raise ArgumentError(
            f"The matrix {matrix.tolist()} leads more than {_NOWHERE} pixels away from the picture. Zoom and "
            "shift less."
        )
    if is_identity(matrix):
        return picture.copy()
    if order > 1 or picture.dtype not in _TYPES or max(height, width) > LONGEST:
        return _by_scipy(picture, matrix, fill_mode, fill_value, order)
    pixels = picture if picture.dtype == np.uint8 else picture.astype(np.float32, copy=False)
    if extent.within(height, width):
        fill_mode = "nearest"  # nothing is asked for that would have to be filled
    result = _linear(pixels, matrix, fill_mode, extent) if order else _nearest(pixels, matrix, fill_mode)
    if fill_mode == "constant":
        value = fill_value if pixels.dtype != np.uint8 else min(max(round(fill_value), 0), 255)
        empty = outside(*places(matrix, height, width), height, width)
        for channel in np.moveaxis(result, 2, 0):  # four times as fast as whole pixels at once
            channel[empty] = value
    return result.astype(picture.dtype, copy=False)


def opencv() -> Any:
    """The module ``cv2``.

    Raises:
        MissingDependencyError: it is not installed.
    """
    try:
        import cv2
    except ImportError:
        raise MissingDependencyError('Augmentation needs OpenCV: pip install "amalthea[training]"') from None
    return cv2


def check_fill_mode(fill_mode: str) -> None:
    """Refuse an unknown fill mode.

    Raises:
        ArgumentError: it is none of the four.
    """
    if fill_mode not in FILL_MODES:
        raise ArgumentError(f"fill_mode={fill_mode!r} is unknown; choose one of {', '.join(FILL_MODES)}.")


def check_picture(picture: NDArray[Any]) -> None:
    """Refuse what is no single picture.

    Raises:
        ImageError: an array that has not 3 axes, is empty or holds no real numbers.
    """
    if picture.ndim != 3 or picture.size == 0 or picture.dtype.kind not in "buif":
        raise ImageError(
            f"A picture is an array of shape (height, width, channels) of real numbers; given was {picture.shape} of "
            f"type {picture.dtype}. Of a batch, give one picture at a time."
        )


def _check(matrix: Matrix, fill_mode: str, order: int) -> None:
    check_fill_mode(fill_mode)
    if order not in range(6):
        raise ArgumentError(f"order={order!r}; choose 0 (nearest pixel), 1 (linear) or 2 to 5 (splines).")
    if matrix.shape != (3, 3) or matrix[2].tolist() != [0, 0, 1] or not isfinite(sum(matrix.ravel().tolist())):
        raise ArgumentError(
            f"An affine matrix has shape (3, 3), finite numbers and the last row 0, 0, 1; given was {matrix.tolist()}."
        )


def _linear(pixels: NDArray[Any], matrix: Matrix, fill_mode: str, extent: Reach) -> NDArray[Any]:
    if pixels.shape[2] not in CHANNELS:
        channels = np.split(pixels, pixels.shape[2], axis=2)
        return np.concatenate([_linear(channel, matrix, fill_mode, extent) for channel in channels], axis=2)
    cv2 = opencv()
    height, width, colours = pixels.shape
    source = np.ascontiguousarray(pixels)
    # All calls are given the room for their results: to make it, OpenCV would wait for the interpreter once more.
    if colours == 3:  # with a fourth, which nobody looks at, the same numbers come in half of the time
        source = cv2.cvtColor(source, cv2.COLOR_RGB2RGBA, np.empty((height, width, 4), pixels.dtype))
    result: NDArray[Any] = np.empty(source.shape, pixels.dtype)
    if fill_mode == "wrap" or extent.beyond(FAR):
        rows, columns = places(matrix, height, width)
        row, column = folded(rows, height, fill_mode), folded(columns, width, fill_mode)
        to = column.astype(np.float32), row.astype(np.float32)
        cv2.remap(source, *to, cv2.INTER_LINEAR, result, cv2.BORDER_REPLICATE)
    else:
        column_first = exchange_axes(matrix)[:2]
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        border = cv2.BORDER_REFLECT if fill_mode == "reflect" else cv2.BORDER_REPLICATE
        cv2.warpAffine(source, column_first, (width, height), result, flags, border)
    return cv2.cvtColor(result, cv2.COLOR_RGBA2RGB, np.empty(pixels.shape, pixels.dtype)) if colours == 3 else result


def _nearest(pixels: NDArray[Any], matrix: Matrix, fill_mode: str) -> NDArray[Any]:
    """With NumPy, since OpenCV rounds halves to another pixel than SciPy."""
    height, width, _ = pixels.shape
    rows, columns = places(matrix, height, width)
    row, column = (
        np.clip(np.floor(folded(place, side, fill_mode) + 0.5).astype(np.intp), 0, side - 1)
        for place, side in ((rows, height), (columns, width))
    )
    result: NDArray[Any] = pixels[row, column]
    return result


def _by_scipy(picture: NDArray[Any], matrix: Matrix, fill_mode: str, fill_value: float, order: int) -> NDArray[Any]:
    from scipy import ndimage

    pixels = picture.astype(np.float32) if picture.dtype == np.float16 else picture
    channels = [
        ndimage.affine_transform(channel, matrix[:2, :2], matrix[:2, 2], order=order, mode=fill_mode, cval=fill_value)
        for channel in np.moveaxis(pixels, 2, 0)
    ]
    return np.stack(channels, axis=2).astype(picture.dtype, copy=False)
