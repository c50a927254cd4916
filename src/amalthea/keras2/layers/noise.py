"""The names of ``keras.layers.noise``: layers that change numbers at random, in training only."""

import keras

from .._spelling import Spelling, saved_as_keras
from ._arguments import FORMAT, VALUES
from ._old_layer import OldLayer

__all__ = ["AlphaDropout", "GaussianDropout", "GaussianNoise"]

_RATE = Spelling(renamed={"p": "rate", **FORMAT}, values=VALUES)


@saved_as_keras
class GaussianNoise(OldLayer, keras.layers.GaussianNoise):
    """Normal numbers are added, of mean 0 and deviation ``stddev``."""

    spelling = Spelling(renamed={"sigma": "stddev"})


@saved_as_keras
class GaussianDropout(OldLayer, keras.layers.GaussianDropout):
    """Numbers are multiplied by normal ones of mean 1 and deviation ``sqrt(rate / (1 - rate))``."""

    spelling = _RATE


@saved_as_keras
class AlphaDropout(OldLayer, keras.layers.AlphaDropout):
    """A dropout that keeps mean and variance, after ``selu``."""

    spelling = _RATE


@saved_as_keras
class SpatialDropout1D(OldLayer, keras.layers.SpatialDropout1D):
    """A share ``rate`` of the channels become 0."""

    spelling = _RATE


@saved_as_keras
class SpatialDropout2D(OldLayer, keras.layers.SpatialDropout2D):
    """A share ``rate`` of the channels become 0."""

    spelling = _RATE


@saved_as_keras
class SpatialDropout3D(OldLayer, keras.layers.SpatialDropout3D):
    """A share ``rate`` of the channels become 0."""

    spelling = _RATE
