"""Single transformations of single pictures as keras-preprocessing 1.1.2 computed them.

Pictures are arrays of 3 axes, the first of which are the channels unless told otherwise. Random numbers go by NumPy's
global seed.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...images import augmentation
from ...preprocessing import image
from ...preprocessing.image.arguments import pair
from .._randomness import next_seed
from .._spelling.era import era

apply_affine_transform = partial(image.apply_affine_transform, compat="1.1.2")
apply_brightness_shift = image.apply_brightness_shift
transform_matrix_offset_center = partial(image.transform_matrix_offset_center, compat="1.1.2")


def apply_transform(
    x: NDArray[Any],
    transform_matrix: ArrayLike,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
) -> NDArray[Any]:
    """Move the pixels of a picture by a matrix of shape (3, 3), from rows and columns of the result to the source."""
    warped = augmentation.warp(np.moveaxis(x, channel_axis, 2), np.asarray(transform_matrix), fill_mode, cval, 1)
    return np.moveaxis(warped, 2, channel_axis)


def random_rotation(x: NDArray[Any], rg: float, *axes: Any, **settings: Any) -> NDArray[Any]:
    """Rotate a picture by up to ``rg`` degrees in either direction.

    Args:
        x: a picture.
        rg: degrees.
        *axes: ``row_axis``, ``col_axis`` and ``channel_axis``, then the settings, by position.
        **settings: of ``apply_affine_transform``; ``interpolation_order`` is its ``order``.
    """
    return _transformed(x, axes, settings, theta=_between(-rg, rg))


def random_shift(x: NDArray[Any], wrg: float, hrg: float, *axes: Any, **settings: Any) -> NDArray[Any]:
    """Move a picture by up to fractions of its width and height; the rest as for ``random_rotation``."""
    rows, columns = (list(axes) + [settings.get("row_axis", 1), settings.get("col_axis", 2)][len(axes) :])[:2]
    tx, ty = _between(-hrg, hrg) * x.shape[rows], _between(-wrg, wrg) * x.shape[columns]
    return _transformed(x, axes, settings, tx=tx, ty=ty)


def random_shear(x: NDArray[Any], intensity: float, *axes: Any, **settings: Any) -> NDArray[Any]:
    """Shear a picture by up to so many degrees either way, radians in a script for Keras 1."""
    reach = float(np.degrees(intensity)) if era() == 1 else intensity
    return _transformed(x, axes, settings, shear=_between(-reach, reach))


def random_zoom(x: NDArray[Any], zoom_range: Sequence[float], *axes: Any, **settings: Any) -> NDArray[Any]:
    """Zoom a picture by factors from the least to the greatest, rows and columns on their own."""
    low, high = pair("zoom_range", zoom_range)
    return _transformed(x, axes, settings, zx=_between(low, high), zy=_between(low, high))


def random_channel_shift(x: NDArray[Any], intensity: float, channel_axis: int = 0) -> NDArray[Any]:
    """Add a number of up to ``intensity``, or subtract it."""
    return image.apply_channel_shift(x, _between(-intensity, intensity), channel_axis)


def random_brightness(x: NDArray[Any], brightness_range: Sequence[float]) -> NDArray[Any]:
    """Stretch a picture to [0, 255], and make it brighter or darker by a factor in a range."""
    return image.apply_brightness_shift(x, _between(*pair("brightness_range", brightness_range)))


def _transformed(x: NDArray[Any], axes: Sequence[Any], settings: dict[str, Any], **movement: Any) -> NDArray[Any]:
    names = ("row_axis", "col_axis", "channel_axis", "fill_mode", "cval", "order")
    if "interpolation_order" in settings:
        settings = {**settings, "order": settings["interpolation_order"]}
        del settings["interpolation_order"]
    return image.apply_affine_transform(
        x, **movement, **dict(zip(names, axes, strict=False)), **settings, compat="1.1.2"
    )


def _between(low: float, high: float) -> float:
    return float(np.random.default_rng(next_seed()).uniform(low, high))
