"""Where files are kept: folders and who chooses them, files that appear whole or not at all, locks, hashes.

What ``import amalthea`` does not need, which looks for the folders, is loaded when first used.
"""

from typing import TYPE_CHECKING

from .._on_demand import names_from
from .digests import digest, identity, identity_of_content, renewed_digest, settled, stamp, stamped, stamped_digest
from .files import atomic_file, no_room, unusable_folder
from .folders import cache_folder, keras_home, keras_settings, models_folder, weight_folders
from .locks import exclusive

if TYPE_CHECKING:
    from .cached_files import CacheContents, CachedFiles, CachePart
    from .databases import damaged, open_database, throw_away, unusable_database
    from .file_hashes import HASHES, each_file_digest, file_digests
    from .limited import COMPILED, GRAPHS, TRAININGS, drop_oldest, note_use, room
    from .limits import bytes_allowed

__all__ = [
    "COMPILED",
    "GRAPHS",
    "HASHES",
    "TRAININGS",
    "CacheContents",
    "CachePart",
    "CachedFiles",
    "atomic_file",
    "bytes_allowed",
    "cache_folder",
    "damaged",
    "digest",
    "drop_oldest",
    "each_file_digest",
    "exclusive",
    "file_digests",
    "identity",
    "identity_of_content",
    "keras_home",
    "keras_settings",
    "models_folder",
    "no_room",
    "note_use",
    "open_database",
    "renewed_digest",
    "room",
    "settled",
    "stamp",
    "stamped",
    "stamped_digest",
    "throw_away",
    "unusable_database",
    "unusable_folder",
    "weight_folders",
]

_HOME = {
    "COMPILED": "limited",
    "GRAPHS": "limited",
    "HASHES": "file_hashes",
    "TRAININGS": "limited",
    "CacheContents": "cached_files",
    "CachePart": "cached_files",
    "CachedFiles": "cached_files",
    "bytes_allowed": "limits",
    "damaged": "databases",
    "drop_oldest": "limited",
    "each_file_digest": "file_hashes",
    "file_digests": "file_hashes",
    "note_use": "limited",
    "open_database": "databases",
    "room": "limited",
    "throw_away": "databases",
    "unusable_database": "databases",
}

__getattr__, __dir__ = names_from(__name__, _HOME)
