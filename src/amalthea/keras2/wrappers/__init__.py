"""Models of Keras as estimators of scikit-learn. Loaded when first used."""

from importlib import import_module

__all__ = ["scikit_learn"]


def __getattr__(name: str) -> object:
    if name in __all__:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
