"""The names of ``keras.models``."""

from typing import Any

import keras

from ._models.cloning import clone_model
from ._models.inputs import Input
from ._models.model import Functional, KerasFunctional, Model
from ._models.sequential import Sequential
from ._saving import load_model, model_from_config, model_from_json, model_from_yaml, save_model

KINDS: dict[type[Any], type[Any]] = {
    keras.Model: Model,
    keras.Sequential: Sequential,
    KerasFunctional: Functional,
}
"""Keras' classes, and what ``adopt`` makes of their objects."""

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "save_model",
]
