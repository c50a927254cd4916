"""The names of ``keras.engine.saving``."""

from ..models import load_model, model_from_config, model_from_json, model_from_yaml, save_model

__all__ = ["load_model", "model_from_config", "model_from_json", "model_from_yaml", "save_model"]
