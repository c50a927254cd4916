"""Runners: what computes a graph. All of them are a ``Runner``.

Importing this imports no runtime; ``open_runner`` imports the one that is asked for.
"""

from .opening import check_precision, check_settings, open_runner, while_imported
from .protocol import Runner, TensorSpec

__all__ = ["Runner", "TensorSpec", "check_precision", "check_settings", "open_runner", "while_imported"]
