"""The names of ``keras.layers.wrappers``."""

import keras

from .._spelling import Spelling, saved_as_keras
from ._old_layer import OldLayer

__all__ = ["Bidirectional", "TimeDistributed", "Wrapper"]


@saved_as_keras
class Wrapper(OldLayer, keras.layers.Wrapper):
    """What holds another layer."""


@saved_as_keras
class TimeDistributed(OldLayer, keras.layers.TimeDistributed):
    """A layer at each step by itself."""


@saved_as_keras
class Bidirectional(OldLayer, keras.layers.Bidirectional):
    """A recurrent layer in both directions."""

    spelling = Spelling(positions=("layer", "merge_mode", "weights"))
    own_arguments = frozenset({"weights"})
    takes_sequences = True
