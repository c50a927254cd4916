"""What can be computed again: graphs and compiled networks, in the cache folder, never trusted blindly."""

import hashlib
import json
from mmap import ACCESS_READ, mmap
from pathlib import Path

from ..errors import StorageError, warn
from ..storage import atomic_file, cache_folder
from . import seal


def key_of(*values: object) -> str:
    """A name for what depends on all these values, which JSON must be able to express.

    Raises:
        TypeError: it is not.
    """
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def find(name: str) -> Path | None:
    """The file of an entry, its seal included; None where there is none, or a damaged one.

    Args:
        name: relative to the cache folder.
    """
    path = cache_folder() / name
    try:
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            return path if seal.is_whole(memoryview(content)) else None
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None


def load(name: str) -> bytes | None:
    """What was stored; None where there is nothing, or a damaged entry."""
    path = find(name)
    return path.read_bytes()[: -seal.SIZE] if path else None


def store(name: str, content: bytes) -> Path | None:
    """Keep an entry, and return its file; if the cache folder cannot be written, warn and return None."""
    path = cache_folder() / name
    try:
        with atomic_file(path, setting="AMALTHEA_CACHE") as temporary, temporary.open("wb") as file:
            file.write(content)
            file.write(seal.seal(content))
    except StorageError as problem:
        warn(f"Nothing is cached, so the next start takes as long. {problem}")
        return None
    return path
