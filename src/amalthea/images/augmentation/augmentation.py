"""Random changes of pictures that leave their meaning alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Self

import numpy as np

from ...errors import ArgumentError, warn
from ..argument_names import check_argument_names
from .matrices import affine_matrix
from .transform import Transform
from .warping import check_fill_mode

RANDOM_NUMBERS = 10  # of one transformation


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
        fill_value: for "constant", in [0, 255]; neither ``channel_shift`` nor ``brightness`` changes it.

    Raises:
        ArgumentError: a number outside of its range, a flip that is neither true nor false, an unknown ``fill_mode``,
            or a ``fill_value`` that it does not use.
        ArgumentTypeError: an argument that does not exist; the message names the nearest.

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

    def __new__(cls, *arguments: object, **named: object) -> Self:
        """Refuse arguments that do not exist; the generated ``__init__`` would not name the nearest."""
        check_argument_names(cls, named)
        return object.__new__(cls)

    def __post_init__(self) -> None:
        for name, most, unit in _RANGES:
            object.__setattr__(self, name, _within(name, getattr(self, name), most, unit))
        for name in ("horizontal_flip", "vertical_flip"):
            object.__setattr__(self, name, _switch(name, getattr(self, name)))
        check_fill_mode(self.fill_mode)
        if self.fill_value and self.fill_mode != "constant":
            raise ArgumentError(
                f"fill_value={self.fill_value} is used by fill_mode='constant' alone, and fill_mode is "
                f"{self.fill_mode!r}. Give both, or leave fill_value out."
            )
        zoom = _pair("zoom", self.zoom, 0.01, "shares of each side that are seen, as (0.8, 1.2)")
        object.__setattr__(self, "zoom", zoom)
        if self.brightness is not None:
            object.__setattr__(self, "brightness", _pair("brightness", self.brightness, 0, "factors, as (0.8, 1.2)"))
        advise_on_shear("shear", self.shear)

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
        return self.decide(height, width, generator.random(RANDOM_NUMBERS).tolist())

    def decide(self, height: int, width: int, numbers: Sequence[float]) -> Transform:
        """The same for random numbers that are there already.

        Args:
            height: of the picture in pixels.
            width: of the picture in pixels.
            numbers: ten, in [0, 1).
        """
        turn, down, right, lean, rows, columns, mirror, upside_down, tint, light = numbers
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


def advise_on_shear(name: str, shear: float) -> None:
    """Warn of an angle that means nothing since Keras 2.1.3, and 57 times as much before.

    Args:
        name: of the argument.
        shear: as given for it.
    """
    if 0 < shear < 1:
        warn(
            f"{name}={shear} is at most {shear} degrees, which nobody sees. Until Keras 2.1.2, and in tutorials of "
            f"that time, it was radians: write {name}={np.degrees(shear):.1f} for the same."
        )


# Greatest values of the numbers, and what they are.
_RANGES = (
    ("rotation", 180, "degrees to either side"),
    ("width_shift", 1, "a fraction of the width, not pixels"),
    ("height_shift", 1, "a fraction of the height, not pixels"),
    ("shear", 89, "degrees to either side"),
    ("channel_shift", 255, "in the unit of the pixels"),
    ("fill_value", 255, "a value of pixels"),
)


def _within(name: str, value: object, most: float, unit: str) -> float:
    number = _number(value)
    if not 0 <= number <= most:
        raise ArgumentError(f"{name}={value!r}; give a number from 0 to {most}: {unit}.")
    return number


def _number(value: object) -> float:
    """Python's own number, which JSON can hold, of NumPy's as well; NaN of what is none."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return np.nan
    return int(value) if isinstance(value, Integral) else float(value)


def _switch(name: str, value: object) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise ArgumentError(f"{name}={value!r}; give True or False.")
    return bool(value)


def _pair(name: str, value: Sequence[float], least: float, meaning: str) -> tuple[float, float]:
    """A tuple, whatever sequence was given: one that was saved as JSON comes back as a list."""
    try:
        low, high = map(_number, value)
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
