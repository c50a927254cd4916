"""Where a network is cut in two, and which of its layers will be trained."""

from .division import cut, divide
from .flat import flattened, unknown_layer
from .freezing import freeze_before

__all__ = ["cut", "divide", "flattened", "freeze_before", "unknown_layer"]
