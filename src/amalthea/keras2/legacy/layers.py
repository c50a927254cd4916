"""The names of ``keras.legacy.layers``: layers of Keras 1 that Keras 2 still had."""

from ..layers import AtrousConvolution2D, Highway, MaxoutDense, Merge, merge

__all__ = ["AtrousConvolution2D", "Highway", "MaxoutDense", "Merge", "merge"]
