"""What is done to one picture, once it has been drawn."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .channels import brighten, shift_channels
from .matrices import Matrix, flipped, is_identity
from .warping import check_picture, warp


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Transform:
    """One transformation of a picture, every part of it decided.

    Attributes:
        matrix: shape (3, 3), as ``warp`` takes it, made for the picture's size; None leaves every pixel in its place.
        horizontal_flip: left and right change places.
        vertical_flip: top and bottom change places.
        channel_shift: added to all values, which are clipped to the picture's own least and greatest; in [-255, 255].
        brightness: factor, after which values are clipped to [0, 255]; None changes nothing.
        fill_mode: as for ``warp``.
        fill_value: as for ``warp``.
        order: of the interpolation, as for ``warp``.

    Example:
        >>> Transform(horizontal_flip=True).apply(np.array([[[1], [2], [3]]], np.uint8))[..., 0]
        array([[3, 2, 1]], dtype=uint8)
    """

    matrix: Matrix | None = None
    horizontal_flip: bool = False
    vertical_flip: bool = False
    channel_shift: float = 0.0
    brightness: float | None = None
    fill_mode: str = "nearest"
    fill_value: float = 0.0
    order: int = 1

    def apply(self, picture: NDArray[Any]) -> NDArray[Any]:
        """Transform a picture as Keras does (warp, channel shift, flips, brightness), with a single warp.

        But where ``fill_mode`` is "constant", its values change before the warp, so that what stands around it is
        ``fill_value`` and no shade of it.

        Args:
            picture: shape (height, width, channels), uint8 or floating; values in [0, 255] if ``brightness`` is
                given. It is not changed.

        Returns:
            A new array of the same shape and type; integers are rounded after the warp and after values change.

        Raises:
            ImageError: as ``warp``.
            ArgumentError: as ``warp``.
            MissingDependencyError: as ``warp``.
        """
        check_picture(picture)
        if self.fill_mode == "constant":
            return self._in_new_places(self._with_new_values(picture))
        return self._with_new_values(self._in_new_places(picture))

    def _with_new_values(self, picture: NDArray[Any]) -> NDArray[Any]:
        if not self.channel_shift and self.brightness is None:
            return picture
        whole = picture.dtype.kind in "ui"
        result = picture.astype(np.float32) if whole else picture  # NumPy would take float64, which is slower
        if self.channel_shift:
            result = shift_channels(result, self.channel_shift)
        if self.brightness is not None:
            result = brighten(result, self.brightness)
        return (np.rint(result) if whole else result).astype(picture.dtype, copy=False)

    def _in_new_places(self, picture: NDArray[Any]) -> NDArray[Any]:
        if self.matrix is None or is_identity(self.matrix):
            rows, columns = (
                slice(None, None, -1 if flip else 1) for flip in (self.vertical_flip, self.horizontal_flip)
            )
            # Channel by channel, because NumPy copies whole pixels in reversed order slowly.
            return np.stack([channel[rows, columns] for channel in np.moveaxis(picture, 2, 0)], axis=2)
        height, width, _ = picture.shape
        matrix = flipped(self.matrix, height, width, self.horizontal_flip, self.vertical_flip)
        return warp(picture, matrix, self.fill_mode, self.fill_value, self.order)
