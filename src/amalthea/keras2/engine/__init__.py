"""The names of ``keras.engine``."""

from .input_layer import Input, InputLayer
from .network import Container, Network, get_source_inputs
from .topology import InputSpec, Layer
from .training import Model

__all__ = ["Container", "Input", "InputLayer", "InputSpec", "Layer", "Model", "Network", "get_source_inputs"]
