"""What the arguments of ``ImageDataGenerator`` and its functions may be."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError, warn
from ...images import augmentation

COMPAT = (None, "1.1.2")


def pair(name: str, value: Any) -> tuple[float, float]:
    """Two numbers.

    Raises:
        ArgumentError: anything else.
    """
    if isinstance(value, str) or not hasattr(value, "__len__") or len(value) != 2:
        raise ArgumentError(
            f"{name}={value!r}; allowed are two numbers, the least and the greatest, such as (0.8, 1.2)."
        )
    return value[0], value[1]


def zoom_pair(zoom_range: Any) -> list[float]:
    """Least and greatest zoom, of one number the same distance from 1."""
    if isinstance(zoom_range, Real):
        return [1 - float(zoom_range), 1 + float(zoom_range)]
    factors = list(pair("zoom_range", zoom_range))
    if not all(isinstance(factor, Real) for factor in factors):
        raise ArgumentError(f"zoom_range={zoom_range!r}; allowed is a number such as 0.2, or two such as (0.8, 1.2).")
    return factors


def check_choices(fill_mode: str, validation_split: float, compat: str | None) -> None:
    """Refuse what is none of the few that are allowed.

    Raises:
        ArgumentError: the message names it.
    """
    augmentation.check_fill_mode(fill_mode)
    if validation_split and not 0 < validation_split < 1:
        raise ArgumentError(f"validation_split={validation_split!r}; allowed is a fraction strictly between 0 and 1.")
    if compat not in COMPAT:
        raise ArgumentError(f"compat={compat!r} is unknown; choose None (as Keras 3) or '1.1.2' (keras-preprocessing).")


def check_axes(x: NDArray[Any], row_axis: int, col_axis: int, channel_axis: int) -> None:
    """Refuse what is no single picture, or axes that it does not have.

    Raises:
        ArgumentError: not 3 axes, or axes that are not 0, 1 and 2 with the channels first or last.
    """
    axes = row_axis, col_axis, channel_axis
    if sorted(axes) != [0, 1, 2] or channel_axis == 1:
        raise ArgumentError(
            f"row_axis, col_axis, channel_axis = {axes}; they are 0, 1 and 2, each once, the channels first or last."
        )
    if getattr(x, "ndim", 0) != 3:
        raise ArgumentError(f"A single picture has 3 axes; given was {getattr(x, 'shape', x)!r}.")


def advise_on_shear(shear_range: float) -> None:
    """Warn of a range that means nothing since Keras 2.1.3, and 57 times as much before."""
    augmentation.advise_on_shear("shear_range", shear_range)


def advise_on_shifts(width_shift_range: Any, height_shift_range: Any, compat: str | None) -> None:
    """Warn where Keras 3's exchange of the two shifts makes a difference."""
    if compat is None and not np.array_equal(width_shift_range, height_shift_range):
        warn(
            f"width_shift_range={width_shift_range!r} moves rows and height_shift_range={height_shift_range!r} "
            "columns, as in Keras 3 and against their names. Exchange the two, or give compat='1.1.2'."
        )


def featurewise(center: bool, normalise: bool, whiten: bool) -> tuple[bool, bool]:
    """Whether all pictures' mean is subtracted, and whether they are divided by their deviation.

    Whitening and normalising need the mean; whitening excludes normalising.
    """
    if whiten and normalise:
        warn("zca_whitening=True takes the place of featurewise_std_normalization=True, which is left out.")
    if (whiten or normalise) and not center:
        cause = "zca_whitening" if whiten else "featurewise_std_normalization"
        warn(f"{cause}=True needs featurewise_center=True, which is set.")
    return center or normalise or whiten, normalise and not whiten


def samplewise_center(center: bool, normalise: bool) -> bool:
    """Whether each picture's own mean is subtracted."""
    if normalise and not center:
        warn("samplewise_std_normalization=True needs samplewise_center=True, which is set.")
    return center or normalise


def advise_on_channels(shape: Sequence[int], channel_axis: int, data_format: str) -> None:
    """Warn of a number of channels that pictures do not have, as they would in the other data format."""
    if shape[channel_axis] not in (1, 3, 4):
        warn(
            f"In data_format={data_format!r}, pictures of shape {tuple(shape)} have {shape[channel_axis]} channels; "
            "1, 3 and 4 are usual. Check data_format."
        )
