"""The names of ``keras.engine.topology``."""

from ..layers import Merge, merge
from .base_layer import InputSpec, Layer
from .input_layer import Input, InputLayer
from .network import Container, Network, get_source_inputs
from .saving import load_weights_from_hdf5_group, load_weights_from_hdf5_group_by_name

__all__ = [
    "Container",
    "Input",
    "InputLayer",
    "InputSpec",
    "Layer",
    "Merge",
    "Network",
    "get_source_inputs",
    "load_weights_from_hdf5_group",
    "load_weights_from_hdf5_group_by_name",
    "merge",
]
