"""The names of ``keras.engine.network``."""

from keras.utils import get_source_inputs

from ..models import Model

Container = Network = Model

__all__ = ["Container", "Network", "get_source_inputs"]
