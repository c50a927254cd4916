"""The names of ``keras.legacy.models``, which held only what Keras 2 no longer had."""

from typing import Any

from ...errors import ArgumentError

__all__ = ["needs_legacy_support"]


def needs_legacy_support(model: Any) -> bool:
    """Whether a model holds layers that only Keras 1 had: none does."""
    return False


def __getattr__(name: str) -> Any:
    if name == "Graph":
        raise ArgumentError("Graph is gone since Keras 1.0. Use Model(inputs=..., outputs=...).")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
