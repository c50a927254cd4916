"""What happens to a picture between its file and a network."""

from dataclasses import dataclass

from ..catalog import ScalingSteps
from .resizing import pillow_size, resampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """How pictures become what a network expects; checked when it is made.

    Attributes:
        size: rows and columns in pixels, to which the whole picture is resized.
        scaling: what then happens to its pixels, RGB in [0, 255].
        interpolation: a filter of ``amalthea.images.resize``.

    Raises:
        ArgumentError: a size below 1 or an unknown interpolation.

    Example:
        >>> from amalthea.catalog import scaling_steps
        >>> Preparation(size=(150, 150), scaling=scaling_steps("caffe")).interpolation
        'nearest'
    """

    size: tuple[int, int]
    scaling: ScalingSteps
    interpolation: str = "nearest"

    def __post_init__(self) -> None:
        pillow_size(self.size)
        resampling(self.interpolation)
