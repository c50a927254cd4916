"""The names of ``keras.engine.training``."""

from ..models import Model
from ..utils.data_utils import GeneratorEnqueuer

__all__ = ["GeneratorEnqueuer", "Model"]
