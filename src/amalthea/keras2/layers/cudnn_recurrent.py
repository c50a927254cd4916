"""The names of ``keras.layers.cudnn_recurrent``: the same layers today, which are fast wherever they can be."""

from dataclasses import replace

from .._spelling import saved_as_keras
from .recurrent import GRU, LSTM

__all__ = ["CuDNNGRU", "CuDNNLSTM"]

CuDNNLSTM = LSTM


@saved_as_keras
class CuDNNGRU(GRU):
    """A ``GRU`` that resets after the product, as cuDNN does."""

    spelling = replace(GRU.spelling, defaults={"reset_after": True})
