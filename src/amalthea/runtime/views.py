"""Several views of a picture, whose answers are averaged: test-time augmentation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from .._numbers import is_whole
from ..errors import ArgumentError

if TYPE_CHECKING:
    from ..images import Augmentation

_PLAIN = 2  # views for which nothing is drawn at random


@dataclass(frozen=True, slots=True)
class Views:
    """What a network sees of each picture, for the mean of its answers.

    Attributes:
        count: 1 for the picture as it is, 2 for its mirror image as well. Each one beyond these is the picture changed
            at random: always in the same way for the same pixels and seed.
        augmentation: what may change in those; None: shear up to 11.5 degrees, zoom of 0.8 to 1.2, flips left to right.
        seed: chooses what does, from 0 on.

    Raises:
        ArgumentError: the count is no whole number from 1 on, or the seed none from 0 on.
        MissingDependencyError: more than two views need OpenCV, which is not installed.

    Example:
        >>> import amalthea
        >>> [found] = amalthea.predictor("EfficientNetLite0").probabilities("elephant.jpg", views=Views(2))
        >>> found.shape
        (1000,)
    """

    count: int = 1
    augmentation: "Augmentation | None" = None
    seed: int = 0

    def __post_init__(self) -> None:
        _check(self.count, 1, "views", ", 1 for the picture alone")
        _check(self.seed, 0, "seed")
        if self.count > _PLAIN:
            from ..images.augmentation import opencv

            opencv()  # before anything is computed

    def view(self, picture: NDArray[Any], number: int) -> NDArray[Any]:
        """One view of a picture.

        Args:
            picture: shape (H, W, 3), RGB in [0, 255]; it is not changed.
            number: below ``count``; 0 for the picture as it is.

        Returns:
            Of the same shape, type and range.
        """
        if number < _PLAIN:
            return picture[:, ::-1] if number else picture
        from ..images import TUTORIAL, generator_of

        rows, columns = picture.shape[:2]
        generator = generator_of(self.seed, number, crc32(np.ascontiguousarray(picture).data))
        return (self.augmentation or TUTORIAL).draw(rows, columns, generator).apply(picture)

    def mean(self, compute: Callable[[int], NDArray[np.float32]]) -> NDArray[np.float32]:
        """The mean of what is computed for each number of a view."""
        total = compute(0)
        for number in range(1, self.count):
            total = total + compute(number)
        return total / np.float32(self.count)


def _check(number: object, least: int, name: str, more: str = "") -> None:
    if not is_whole(number, least):
        raise ArgumentError(f"{name}={number!r}; allowed are whole numbers from {least} on{more}.")


def views_of(views: int | Views) -> Views:
    """The views, or so many of them.

    Raises:
        ArgumentError, MissingDependencyError: see ``Views``.
    """
    return views if isinstance(views, Views) else Views(views)
