"""Files of Keras 1 and 2: models and weights in HDF5, read and written so that Keras 2 and 3 open them, too."""

from .loading import load_model, model_from_config, model_from_json, model_from_yaml
from .saving import OldSaving, save_model

__all__ = [
    "OldSaving",
    "load_model",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "save_model",
]
