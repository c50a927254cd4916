"""The names of ``keras.layers.pooling``."""

import keras

from .._spelling import Spelling, saved_as_keras
from ._arguments import FORMAT, VALUES, WINDOW
from ._old_layer import OldLayer

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
]

_POSITIONS = ("pool_size", "strides", "padding", "data_format")
_LINE = Spelling(
    renamed={"pool_length": "pool_size", "stride": "strides", **WINDOW},
    values=VALUES,
    positions=_POSITIONS,
    defaults={"pool_size": 2, "data_format": "channels_last"},
)
_PLANE = Spelling(renamed=WINDOW, values=VALUES, positions=_POSITIONS, defaults={"pool_size": (2, 2)})
_VOLUME = Spelling(renamed=WINDOW, values=VALUES, positions=_POSITIONS, defaults={"pool_size": (2, 2, 2)})
_WHOLE = Spelling(renamed=FORMAT, values=VALUES, positions=("data_format",))
_WHOLE_LINE = Spelling(
    renamed=FORMAT, values=VALUES, positions=("data_format",), defaults={"data_format": "channels_last"}
)


@saved_as_keras
class MaxPooling1D(OldLayer, keras.layers.MaxPooling1D):
    """The largest of each window along one axis."""

    spelling = _LINE


@saved_as_keras
class MaxPooling2D(OldLayer, keras.layers.MaxPooling2D):
    """The largest of each window."""

    spelling = _PLANE


@saved_as_keras
class MaxPooling3D(OldLayer, keras.layers.MaxPooling3D):
    """The largest of each block."""

    spelling = _VOLUME


@saved_as_keras
class AveragePooling1D(OldLayer, keras.layers.AveragePooling1D):
    """The mean of each window along one axis."""

    spelling = _LINE


@saved_as_keras
class AveragePooling2D(OldLayer, keras.layers.AveragePooling2D):
    """The mean of each window."""

    spelling = _PLANE


@saved_as_keras
class AveragePooling3D(OldLayer, keras.layers.AveragePooling3D):
    """The mean of each block."""

    spelling = _VOLUME


@saved_as_keras
class GlobalMaxPooling1D(OldLayer, keras.layers.GlobalMaxPooling1D):
    """The largest of each channel."""

    spelling = _WHOLE_LINE


@saved_as_keras
class GlobalMaxPooling2D(OldLayer, keras.layers.GlobalMaxPooling2D):
    """The largest of each channel."""

    spelling = _WHOLE


@saved_as_keras
class GlobalMaxPooling3D(OldLayer, keras.layers.GlobalMaxPooling3D):
    """The largest of each channel."""

    spelling = _WHOLE


@saved_as_keras
class GlobalAveragePooling1D(OldLayer, keras.layers.GlobalAveragePooling1D):
    """The mean of each channel."""

    spelling = _WHOLE_LINE


@saved_as_keras
class GlobalAveragePooling2D(OldLayer, keras.layers.GlobalAveragePooling2D):
    """The mean of each channel."""

    spelling = _WHOLE


@saved_as_keras
class GlobalAveragePooling3D(OldLayer, keras.layers.GlobalAveragePooling3D):
    """The mean of each channel."""

    spelling = _WHOLE


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
GlobalAvgPool1D, GlobalAvgPool2D, GlobalAvgPool3D = (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
)
