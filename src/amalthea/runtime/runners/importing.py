"""Runtimes, imported when they are asked for, and OpenVINO without what nobody here asks it for."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_CONVERTER = "openvino.tools.ovc"


def module_of(runtime: str) -> ModuleType:
    """Our module that computes with a runtime; both are imported.

    Args:
        runtime: "openvino" or "onnxruntime".

    Raises:
        ImportError: the runtime is not installed, or broken.
    """
    if runtime == "openvino" and "openvino" not in sys.modules:
        _import_openvino()
    return import_module(f".{runtime}", __package__)


def _import_openvino() -> None:
    """Without its converter of other frameworks' models, which takes a third of the time, until somebody asks for it.

    OpenVINO 2026.4.1 goes without it where it cannot be imported.
    """
    if _CONVERTER not in sys.modules:
        sys.modules[_CONVERTER] = None  # type: ignore[assignment]
        try:
            openvino = import_module("openvino")
        finally:
            sys.modules.pop(_CONVERTER, None)
        vars(openvino).setdefault("__getattr__", _on_demand)


def _on_demand(name: str) -> Any:
    """What OpenVINO would have had from the beginning."""
    if name == "convert_model":
        return import_module(_CONVERTER).convert_model
    raise AttributeError(f"module 'openvino' has no attribute {name!r}")
