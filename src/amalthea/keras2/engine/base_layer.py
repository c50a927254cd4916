"""The names of ``keras.engine.base_layer``."""

from keras.layers import InputSpec

from ..layers import Layer

__all__ = ["InputSpec", "Layer"]
