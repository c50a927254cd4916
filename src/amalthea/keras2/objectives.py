"""The names of ``keras.objectives``: what Keras 1 called the losses."""

from .losses import *  # noqa: F403


def __getattr__(name: str) -> object:
    from . import losses

    return getattr(losses, name)
