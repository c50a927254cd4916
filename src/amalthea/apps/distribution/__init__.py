"""A network over more pictures than one sitting computes, on this machine or on many: each shard exactly once.

Loaded when first used: most of it needs pyarrow, and an engine Ray.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .distributing import Distributed, distribute

__all__ = ["Distributed", "distribute"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from . import distributing

        return getattr(distributing, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
