"""Drawings of models, as Keras 1 called the module."""

from .vis_utils import model_to_dot, plot

__all__ = ["model_to_dot", "plot"]
