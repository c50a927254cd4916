"""The names of ``keras.engine.training``."""

from ..models import Model

__all__ = ["Model"]
