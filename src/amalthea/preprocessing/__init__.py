"""The names of ``keras.preprocessing``: its module ``image``, loaded when it is first used."""

from importlib import import_module
from types import ModuleType

__all__ = ["image"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
