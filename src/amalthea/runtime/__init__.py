"""Inference: a model of Keras becomes a graph, a runner computes it, a predictor takes arrays and pictures.

Loaded when first used: the command line must answer before Keras could even be imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .factory import predictor
    from .graph import to_onnx
    from .loading import load
    from .prediction import Prediction, Predictor
    from .runners import Runner
    from .saving import save
    from .speed import Speed, measure_speed

__all__ = ["Prediction", "Predictor", "Runner", "Speed", "load", "measure_speed", "predictor", "save", "to_onnx"]

_HOME = {
    "Prediction": "prediction",
    "Predictor": "prediction",
    "Runner": "runners",
    "Speed": "speed",
    "load": "loading",
    "measure_speed": "speed",
    "predictor": "factory",
    "save": "saving",
    "to_onnx": "graph",
}


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
