"""Files of trained weights: found or downloaded, verified, read without running anything, assigned whole or not at all.

Keras is not imported: layers are whatever has a ``name`` and ``weights``.
"""

from .assignment import assign_weights, load_weights
from .formats import read_weights
from .location import find_weights, local_weights
from .report import LoadReport

__all__ = ["LoadReport", "assign_weights", "find_weights", "load_weights", "local_weights", "read_weights"]
