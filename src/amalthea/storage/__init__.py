"""Where files are kept: the folders and who chooses them, files that appear whole or not at all, hashes."""

from .files import atomic_file, digest
from .folders import cache_folder, keras_home, keras_settings, models_folder, weight_folders

__all__ = [
    "atomic_file",
    "cache_folder",
    "digest",
    "keras_home",
    "keras_settings",
    "models_folder",
    "weight_folders",
]
