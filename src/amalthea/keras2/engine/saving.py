"""The names of ``keras.engine.saving``."""

from .._saving.groups import load_weights_from_hdf5_group, load_weights_from_hdf5_group_by_name
from ..models import load_model, model_from_config, model_from_json, model_from_yaml, save_model

__all__ = [
    "load_model",
    "load_weights_from_hdf5_group",
    "load_weights_from_hdf5_group_by_name",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "save_model",
]
