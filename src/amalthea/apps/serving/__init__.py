"""A server for networks: a shell over predictors. The command ``amalthea serve`` starts it.

Loaded when first used: starlette and uvicorn are optional.
"""

from typing import TYPE_CHECKING

from ..._on_demand import names_from

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

__getattr__, __dir__ = names_from(__name__, _HOME)
