"""The names of ``keras.engine.sequential``."""

from ..models import Sequential

__all__ = ["Sequential"]
