"""The module tree of Keras 1 and 2 on Keras 3: old names and spellings, translated.

``from amalthea.keras2.models import Sequential`` is what ``from keras.models import Sequential`` was; and
``amalthea run script.py`` reads the imports of a script so by itself. Modules are loaded when they are first used, and
what Keras 3 alone has is Keras'. Importing this changes nothing in Keras.

Example:
    >>> from amalthea.keras2.utils.np_utils import to_categorical
    >>> to_categorical([0, 2], nb_classes=3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
"""

from importlib import import_module

from ._spelling.era import era as _era

_MODULES = (
    "activations",
    "applications",
    "backend",
    "callbacks",
    "constraints",
    "datasets",
    "engine",
    "initializations",
    "initializers",
    "layers",
    "legacy",
    "losses",
    "metrics",
    "models",
    "objectives",
    "optimizers",
    "preprocessing",
    "regularizers",
    "utils",
    "wrappers",
)
_HOME = {"Input": "layers", "Model": "models", "Sequential": "models"}

__all__ = [*_HOME, *_MODULES]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    if name == "__version__":  # scripts ask for it to choose their spelling
        return "1.2.2" if _era() == 1 else "2.3.1"
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("keras"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
