"""The names of ``keras.layers.advanced_activations``."""

import keras

from .._spelling import Spelling, saved_as_keras
from ._gone import gone
from ._old_layer import OldLayer

__all__ = ["ELU", "LeakyReLU", "PReLU", "ParametricSoftplus", "ReLU", "SReLU", "Softmax", "ThresholdedReLU"]


@saved_as_keras
class LeakyReLU(OldLayer, keras.layers.LeakyReLU):
    """Numbers above 0; ``negative_slope`` times those below."""

    spelling = Spelling(renamed={"alpha": "negative_slope"})


@saved_as_keras
class PReLU(OldLayer, keras.layers.PReLU):
    """Numbers above 0; those below times a weight."""

    spelling = Spelling(renamed={"init": "alpha_initializer"})


@saved_as_keras
class ELU(OldLayer, keras.layers.ELU):
    """Numbers above 0; below, ``alpha * (exp(x) - 1)``."""


@saved_as_keras
class ThresholdedReLU(OldLayer, keras.layers.ReLU):
    """Numbers above ``theta``, and 0. Keras 3 has it as ``ReLU(threshold=…)``, and so it is saved."""

    spelling = Spelling(renamed={"theta": "threshold"}, positions=("threshold",), defaults={"threshold": 1.0})


@saved_as_keras
class Softmax(OldLayer, keras.layers.Softmax):
    """Numbers above 0 whose sum along an axis is 1."""


@saved_as_keras
class ReLU(OldLayer, keras.layers.ReLU):
    """Numbers above 0, up to ``max_value``."""

    spelling = Spelling(renamed={"alpha": "negative_slope"})


SReLU = gone("SReLU", "Use PReLU, or a layer of your own.")
ParametricSoftplus = gone("ParametricSoftplus", "Use Activation('softplus'), or a layer of your own.")
