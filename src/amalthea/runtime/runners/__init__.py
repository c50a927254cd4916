"""Runners: what computes a graph. All of them are a ``Runner``."""

from .protocol import Runner, TensorSpec

__all__ = ["Runner", "TensorSpec"]
