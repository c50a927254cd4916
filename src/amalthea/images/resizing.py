"""Pictures of any size to the size that a network expects."""

from collections.abc import Sequence
from functools import cache
from math import ceil, log2
from numbers import Integral
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import ArgumentError, ImageError
from .decode import Picture

_INTERPOLATIONS = {
    name: Image.Resampling[name.upper()] for name in ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
}


def resize(picture: Picture, size: int | Sequence[int], interpolation: str = "nearest") -> Picture:
    """Resize a picture with Pillow's filters, which smooth when they shrink (all but "nearest").

    The whole picture is kept: one that is not as wide in proportion is distorted, as in Keras.

    Args:
        picture: shape (height, width, 3), RGB in [0, 255]; it is not changed.
        size: height and width of the result in pixels, or one number for both.
        interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".

    Returns:
        A new array of shape ``(*size, 3)``, RGB in [0, 255].

    Raises:
        ImageError: the array is no picture.
        ArgumentError: a size below 1 or an unknown interpolation.

    Example:
        >>> resize(np.zeros((300, 400, 3), np.uint8), 224, "bicubic").shape
        (224, 224, 3)
    """
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape:
        raise ImageError(
            f"A picture is an array of shape (height, width, 3) and type uint8; given was {picture.shape} of type "
            f"{picture.dtype}. amalthea.images.read_picture makes such arrays."
        )
    return resized(picture, both_sides(size), interpolation)


def resized(picture: Picture | Image.Image, size: tuple[int, int], interpolation: str) -> Picture:
    """The same, also for an image of Pillow in RGB, which need not become an array in its own size."""
    if not isinstance(picture, Image.Image):
        if interpolation == "nearest":
            return nearest(picture, size)
        picture = Image.fromarray(picture)
    return np.array(picture.resize(pillow_size(size), resampling(interpolation)))


def resized_roughly(picture: Picture, size: tuple[int, int]) -> Picture | None:
    """Nearly what "bilinear" makes of an array, in a tenth of the time.

    New pixels are mixed of the nearest old ones. A side that shrinks to less than its half does so in several steps, of
    which none leaves out a pixel: all but the first one halve it.

    Returns:
        None without OpenCV.
    """
    cv2 = _opencv()
    if cv2 is None:
        return None
    height, width = size
    down, across = (_halvings(old / new) for old, new in zip(picture.shape, size, strict=False))
    for step in range(max(down, across), -1, -1):
        sides = width << min(step, across), height << min(step, down)
        picture = cv2.resize(picture, sides, interpolation=cv2.INTER_LINEAR)
    return picture


def _halvings(shrunk: float) -> int:
    """How often a side is halved after it has shrunk to its half at most."""
    return max(ceil(log2(shrunk)) - 1, 0)


@cache
def _opencv() -> Any:
    """The module, or None. Asked for once, because Python looks anew for what is missing, in every folder."""
    try:
        import cv2
    except ImportError:
        return None
    return cv2


def nearest(picture: Picture, size: tuple[int, int]) -> Picture:
    """What "nearest" makes of an array, which need not become an image of Pillow first.

    Pillow adds the step from pixel to pixel instead of multiplying it; its rounding decides which pixel is nearest.
    """
    rows, columns = (_nearest_places(source, target) for source, target in zip(picture.shape, size, strict=False))
    # Three bytes as one, and rows before columns, which takes a quarter of the time.
    pixels = np.ascontiguousarray(picture).view("V3")[..., 0]
    result: Picture = pixels.take(rows, axis=0).take(columns, axis=1).view(np.uint8).reshape(*size, 3)
    return result


def _nearest_places(source: int, target: int) -> NDArray[np.intp]:
    steps = np.full(target, source / target)
    steps[0] /= 2
    return np.cumsum(steps).astype(np.intp)


def both_sides(size: int | Sequence[int]) -> tuple[int, int]:
    """Height and width, where one number means both.

    Raises:
        ArgumentError: as ``pillow_size``.
    """
    width, height = pillow_size((size, size) if isinstance(size, Integral) else size)  # type: ignore[arg-type]
    return height, width


def resampling(interpolation: str) -> Image.Resampling:
    """Pillow's filter of this name.

    Raises:
        ArgumentError: there is none.
    """
    if interpolation in _INTERPOLATIONS:
        return _INTERPOLATIONS[interpolation]
    raise ArgumentError(f"interpolation={interpolation!r} is unknown; choose one of {', '.join(_INTERPOLATIONS)}.")


def pillow_size(size: Sequence[int]) -> tuple[int, int]:
    """Height and width as (width, height), the order of Pillow.

    Raises:
        ArgumentError: not two whole numbers above 0, which True is not.
    """
    try:
        height, width = (0 if isinstance(side, bool) else index(side) for side in size)
    except (TypeError, ValueError):
        height = width = 0
    if min(height, width) < 1:
        raise ArgumentError(f"A size is (height, width) in whole pixels above 0; given was {size!r}.")
    return width, height
