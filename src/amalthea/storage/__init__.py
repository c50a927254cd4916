"""Where files are kept: folders and who chooses them, files that appear whole or not at all, locks, hashes."""

from .digests import digest, renewed_digest, stamp, stamped_digest
from .files import atomic_file, no_room, unusable_folder
from .folders import cache_folder, keras_home, keras_settings, models_folder, weight_folders
from .locks import exclusive

__all__ = [
    "atomic_file",
    "cache_folder",
    "digest",
    "exclusive",
    "keras_home",
    "keras_settings",
    "models_folder",
    "no_room",
    "renewed_digest",
    "stamp",
    "stamped_digest",
    "unusable_folder",
    "weight_folders",
]
