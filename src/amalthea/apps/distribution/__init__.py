"""A network over more pictures than one sitting computes, on this machine or on many: each shard exactly once.

Loaded when first used: most of it needs pyarrow, and an engine Ray.
"""

from typing import TYPE_CHECKING

from ..._on_demand import names_from

if TYPE_CHECKING:
    from .distributing import Distributed, distribute

__all__ = ["Distributed", "distribute"]

__getattr__, __dir__ = names_from(__name__, dict.fromkeys(__all__, "distributing"))
