"""The names of ``keras.engine.input_layer``."""

from .._models.inputs import Input
from ..layers import InputLayer

__all__ = ["Input", "InputLayer"]
