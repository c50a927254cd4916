"""A server for networks: a shell over predictors. The command ``amalthea serve`` starts it.

Loaded when first used: starlette and uvicorn are optional.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import ServedModel, ServedModels, open_models
    from .running import serve
    from .settings import ServerSettings

__all__ = ["ServedModel", "ServedModels", "ServerSettings", "open_models", "serve"]

_HOME = {
    "ServedModel": "models",
    "ServedModels": "models",
    "ServerSettings": "settings",
    "open_models": "models",
    "serve": "running",
}


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
