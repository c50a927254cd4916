"""Where files are kept: folders and who chooses them, files that appear whole or not at all, locks, hashes.

What needs a database is loaded when first used: ``import amalthea`` looks for the folders.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .digests import digest, renewed_digest, stamp, stamped_digest
from .files import atomic_file, no_room, unusable_folder
from .folders import cache_folder, keras_home, keras_settings, models_folder, weight_folders
from .locks import exclusive

if TYPE_CHECKING:
    from .databases import damaged, open_database, throw_away, unusable_database
    from .file_hashes import file_digests

__all__ = [
    "atomic_file",
    "cache_folder",
    "damaged",
    "digest",
    "exclusive",
    "file_digests",
    "keras_home",
    "keras_settings",
    "models_folder",
    "no_room",
    "open_database",
    "renewed_digest",
    "stamp",
    "stamped_digest",
    "throw_away",
    "unusable_database",
    "unusable_folder",
    "weight_folders",
]

_HOME = {
    "damaged": "databases",
    "file_digests": "file_hashes",
    "open_database": "databases",
    "throw_away": "databases",
    "unusable_database": "databases",
}


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
