"""The names of ``keras.preprocessing`` of Keras 1 and 2. Loaded when first used."""

from importlib import import_module

__all__ = ["image", "sequence", "text"]


def __getattr__(name: str) -> object:
    if name in __all__:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
