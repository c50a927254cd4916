"""The names of ``keras.engine.topology``."""

from ..layers import Merge, merge
from .base_layer import InputSpec, Layer
from .input_layer import Input, InputLayer
from .network import Container, Network, get_source_inputs

__all__ = [
    "Container",
    "Input",
    "InputLayer",
    "InputSpec",
    "Layer",
    "Merge",
    "Network",
    "get_source_inputs",
    "merge",
]
