"""The parameters of ``ImageDataGenerator``, checked."""

from collections.abc import Callable, Sequence
from typing import Any, Self

from numpy.typing import DTypeLike, NDArray

from ...images.argument_names import check_argument_names
from . import arguments, settings


class Parameters:
    """What each means stands at ``ImageDataGenerator``."""

    _changes = 0

    def __new__(cls, *given: Any, **named: Any) -> Self:
        """Refuse arguments that do not exist, of which Python would not name the nearest."""
        check_argument_names(cls, named)
        return super().__new__(cls)

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: float | Sequence[float] = 0.0,
        height_shift_range: float | Sequence[float] = 0.0,
        brightness_range: Sequence[float] | None = None,
        shear_range: float = 0.0,
        zoom_range: float | Sequence[float] = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[NDArray[Any]], NDArray[Any]] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: DTypeLike | None = None,
        *,
        compat: str | None = None,
    ) -> None:
        data_format, dtype = settings.data_format(data_format), settings.floatx(dtype)
        arguments.check_choices(fill_mode, validation_split, compat)
        arguments.advise_on_shear(shear_range)
        arguments.advise_on_shifts(width_shift_range, height_shift_range, compat)
        self.featurewise_center, self.featurewise_std_normalization = arguments.featurewise(
            featurewise_center, featurewise_std_normalization, zca_whitening
        )
        self.samplewise_center = arguments.samplewise_center(samplewise_center, samplewise_std_normalization)
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening, self.zca_epsilon = zca_whitening, zca_epsilon
        self.rotation_range, self.shear_range = rotation_range, shear_range
        self.width_shift_range, self.height_shift_range = width_shift_range, height_shift_range
        self.brightness_range = (
            None if brightness_range is None else arguments.pair("brightness_range", brightness_range)
        )
        self.zoom_range = arguments.zoom_pair(zoom_range)
        self.channel_shift_range = channel_shift_range
        self.fill_mode, self.cval, self.interpolation_order = fill_mode, cval, interpolation_order
        self.horizontal_flip, self.vertical_flip = horizontal_flip, vertical_flip
        self.rescale, self.preprocessing_function = rescale, preprocessing_function
        self.data_format, self.dtype, self.compat = data_format, dtype, compat
        self.channel_axis = settings.channel_axis(data_format) + 1  # of batches, as the other two
        self.row_axis, self.col_axis = (1, 2) if self.channel_axis == 3 else (2, 3)
        self._validation_split = validation_split
        self.mean: NDArray[Any] | None = None
        self.std: NDArray[Any] | None = None
        self.zca_whitening_matrix: NDArray[Any] | None = None

    def __setattr__(self, name: str, value: object) -> None:
        """Count the changes, so that iterators know when what they prepared ahead is out of date."""
        object.__setattr__(self, "_changes", self._changes + 1)
        object.__setattr__(self, name, value)
