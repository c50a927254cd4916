"""The names of ``keras.layers.convolutional_recurrent``."""

from dataclasses import replace

import keras

from .._spelling import saved_as_keras
from ._old_layer import OldLayer
from .convolutional import Conv2D
from .recurrent import LSTM

__all__ = ["ConvLSTM2D"]


def _in_both(arguments: dict[str, object]) -> dict[str, object]:
    """What an LSTM and what a convolution of Keras 1 said otherwise."""
    for spelling in (LSTM.spelling, Conv2D.spelling):
        assert spelling.together is not None
        arguments = spelling.together(arguments)
    return arguments


@saved_as_keras
class ConvLSTM2D(OldLayer, keras.layers.ConvLSTM2D):
    """An ``LSTM`` of pictures, by convolutions."""

    spelling = replace(
        LSTM.spelling,
        renamed={**LSTM.spelling.renamed, **Conv2D.spelling.renamed},
        values={**LSTM.spelling.values, **Conv2D.spelling.values},
        older=None,
        together=_in_both,
    )
