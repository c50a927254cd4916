"""The names of ``keras.layers.local``."""

from ._gone import gone

__all__ = ["LocallyConnected1D", "LocallyConnected2D"]

LocallyConnected1D = gone("LocallyConnected1D", "Use Conv1D, or Dense after Flatten.")
LocallyConnected2D = gone("LocallyConnected2D", "Use Conv2D, or Dense after Flatten.")
