"""Random changes of pictures that leave their meaning alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import ArgumentError
from .matrices import affine_matrix
from .transform import Transform
from .warping import check_fill_mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """Which random transformations pictures may undergo; nothing unless it is given. Checked when it is made.

    Every number is drawn uniformly. Each has its own place in the draw, so that switching one on leaves all others
    as they were.

    Attributes:
        rotation: greatest turn to either side, in degrees from 0 to 180, about the picture's centre.
        width_shift: greatest shift to the left or right, as a fraction of the width from 0 to 1.
        height_shift: greatest shift up or down, as a fraction of the height from 0 to 1.
        shear: greatest shear to either side, in degrees from 0 to below 90. (Keras took radians until 2.1.2: the 0.2
            of older scripts is 11.5 degrees.)
        zoom: least and greatest share of the height and of the width that is seen, drawn for each of the two: below 1
            magnifies, above 1 shrinks.
        channel_shift: greatest number added to or taken from all values, from 0 to 255; they stay between the least
            and the greatest that the picture had.
        brightness: least and greatest factor for all values, which then are clipped to [0, 255]; None changes nothing.
        horizontal_flip: left and right change places in half of the draws.
        vertical_flip: top and bottom change places in half of the draws.
        fill_mode: what lies outside of the picture: "nearest", "reflect", "wrap" or "constant", as for ``warp``.
        fill_value: for "constant", in [0, 255].

    Raises:
        ArgumentError: a number outside of its range, or an unknown ``fill_mode``.

    Example:
        >>> augmentation = Augmentation(rotation=40, zoom=(0.8, 1.2), horizontal_flip=True)
        >>> transform = augmentation.draw(300, 400, np.random.default_rng(0))
        >>> transform.apply(np.zeros((300, 400, 3), np.uint8)).shape
        (300, 400, 3)
    """

    rotation: float = 0.0
    width_shift: float = 0.0
    height_shift: float = 0.0
    shear: float = 0.0
    zoom: tuple[float, float] = (1.0, 1.0)
    channel_shift: float = 0.0
    brightness: tuple[float, float] | None = None
    horizontal_flip: bool = False
    vertical_flip: bool = False
    fill_mode: str = "nearest"
    fill_value: float = 0.0

    def __post_init__(self) -> None:
        _check_range("rotation", self.rotation, 180, "degrees to either side")
        _check_range("width_shift", self.width_shift, 1, "a fraction of the width, not pixels")
        _check_range("height_shift", self.height_shift, 1, "a fraction of the height, not pixels")
        _check_range("shear", self.shear, 89, "degrees to either side")
        _check_range("channel_shift", self.channel_shift, 255, "in the unit of the pixels")
        _check_range("fill_value", self.fill_value, 255, "a value of pixels")
        check_fill_mode(self.fill_mode)
        zoom = _pair("zoom", self.zoom, 0.01, "shares of each side that are seen, as (0.8, 1.2)")
        object.__setattr__(self, "zoom", zoom)
        if self.brightness is not None:
            object.__setattr__(self, "brightness", _pair("brightness", self.brightness, 0, "factors, as (0.8, 1.2)"))

    def draw(self, height: int, width: int, generator: np.random.Generator) -> Transform:
        """Decide on one transformation.

        Args:
            height: of the picture in pixels.
            width: of the picture in pixels.
            generator: gives the random numbers, always the same number of them.

        Example:
            >>> transform = Augmentation(height_shift=0.2).draw(10, 10, np.random.default_rng(0))
            >>> bool(-2 <= transform.matrix[0, 2] <= 2), float(transform.matrix[1, 2])
            (True, 0.0)
        """
        turn, down, right, lean, rows, columns, mirror, upside_down, tint, light = generator.random(10).tolist()
        matrix = affine_matrix(
            height,
            width,
            rotation=_between(-self.rotation, self.rotation, turn),
            shear=_between(-self.shear, self.shear, lean),
            zoom=(_between(*self.zoom, rows), _between(*self.zoom, columns)),
            shift=(
                _between(-self.height_shift, self.height_shift, down) * height,
                _between(-self.width_shift, self.width_shift, right) * width,
            ),
        )
        return Transform(
            matrix=matrix,
            horizontal_flip=self.horizontal_flip and mirror < 0.5,
            vertical_flip=self.vertical_flip and upside_down < 0.5,
            channel_shift=_between(-self.channel_shift, self.channel_shift, tint),
            brightness=None if self.brightness is None else _between(*self.brightness, light),
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
        )


def _between(low: float, high: float, share: float) -> float:
    return low + (high - low) * share


def _check_range(name: str, value: object, most: float, unit: str) -> None:
    if not isinstance(value, int | float | np.floating) or not 0 <= value <= most:
        raise ArgumentError(f"{name}={value!r}; give a number from 0 to {most}: {unit}.")


def _pair(name: str, value: Sequence[float], least: float, meaning: str) -> tuple[float, float]:
    """A tuple, whatever sequence was given: one that was saved as JSON comes back as a list."""
    try:
        low, high = value
        if least <= low <= high < np.inf:
            return low, high
    except (TypeError, ValueError):
        pass
    raise ArgumentError(f"{name}={value!r}; give two numbers from {least} on, the lesser first: {meaning}.")


# The parameters of the tutorial "Building powerful image classification models using very little data" (2016).
TUTORIAL = Augmentation(shear=11.5, zoom=(0.8, 1.2), horizontal_flip=True)

# Those of its preview of what augmentation does.
PREVIEW = Augmentation(
    rotation=40, width_shift=0.2, height_shift=0.2, shear=11.5, zoom=(0.8, 1.2), horizontal_flip=True
)
