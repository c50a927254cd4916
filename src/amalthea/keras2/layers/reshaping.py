"""Layers that add, cut or repeat places, which stood in ``keras.layers.convolutional``."""

from typing import Any

import keras

from .._spelling import Spelling, saved_as_keras
from ._arguments import FORMAT, VALUES
from ._old_layer import OldLayer

__all__ = [
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
]

_SIDES = ("top_pad", "bottom_pad", "left_pad", "right_pad")
_ENDS = ("left_pad", "right_pad")


def _at_each_end(given: Any) -> Any:
    """The padding of a line, of which Keras 1 named the ends."""
    return tuple(given.get(end, 0) for end in _ENDS) if isinstance(given, dict) else given


def _at_each_side(given: Any) -> Any:
    """The padding of a picture, of which Keras 1 named or listed the four sides."""
    if isinstance(given, dict):
        given = tuple(given.get(side, 0) for side in _SIDES)
    if isinstance(given, tuple | list) and len(given) == 4:
        return ((given[0], given[1]), (given[2], given[3]))
    return given


@saved_as_keras
class ZeroPadding1D(OldLayer, keras.layers.ZeroPadding1D):
    """Zeros at both ends."""

    spelling = Spelling(positions=("padding",), values={"padding": _at_each_end})


@saved_as_keras
class ZeroPadding2D(OldLayer, keras.layers.ZeroPadding2D):
    """Zeros around pictures."""

    spelling = Spelling(
        renamed=FORMAT, values={**VALUES, "padding": _at_each_side}, positions=("padding", "data_format")
    )


@saved_as_keras
class ZeroPadding3D(OldLayer, keras.layers.ZeroPadding3D):
    """Zeros around volumes."""

    spelling = Spelling(
        renamed=FORMAT, values={"data_format": VALUES["data_format"]}, positions=("padding", "data_format")
    )


@saved_as_keras
class Cropping1D(OldLayer, keras.layers.Cropping1D):
    """A line without its ends."""


@saved_as_keras
class Cropping2D(OldLayer, keras.layers.Cropping2D):
    """Pictures without their borders."""

    spelling = Spelling(renamed=FORMAT, values=VALUES, positions=("cropping", "data_format"))


@saved_as_keras
class Cropping3D(OldLayer, keras.layers.Cropping3D):
    """Volumes without their borders."""

    spelling = Spelling(renamed=FORMAT, values=VALUES, positions=("cropping", "data_format"))


@saved_as_keras
class UpSampling1D(OldLayer, keras.layers.UpSampling1D):
    """Each step ``size`` times."""

    spelling = Spelling(renamed={"length": "size"})


@saved_as_keras
class UpSampling2D(OldLayer, keras.layers.UpSampling2D):
    """Each place ``size`` times, or what lies between."""

    spelling = Spelling(renamed=FORMAT, values=VALUES, positions=("size", "data_format", "interpolation"))


@saved_as_keras
class UpSampling3D(OldLayer, keras.layers.UpSampling3D):
    """Each place ``size`` times."""

    spelling = Spelling(renamed=FORMAT, values=VALUES, positions=("size", "data_format"))
