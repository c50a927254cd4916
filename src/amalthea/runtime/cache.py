"""What can be computed again: graphs and compiled networks, in the cache folder, never trusted blindly."""

import hashlib
import json
from mmap import ACCESS_READ, mmap
from pathlib import Path

from ..errors import StorageError, warn
from ..storage import atomic_file, cache_folder

# An entry ends in the hash of all before it, written as a field of an ONNX model (number 14, metadata_props): as
# messages of this kind may be concatenated, a graph with it is still an ONNX file like any other.
_FIELD = b"\x72\x4a\x0a\x06sha256\x12\x40"
_SEAL = len(_FIELD) + 64  # bytes


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
            return path if content[-_SEAL:] == _seal(memoryview(content)[:-_SEAL]) else None
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None


def load(name: str) -> bytes | None:
    """What was stored; None where there is nothing, or a damaged entry."""
    path = find(name)
    return path.read_bytes()[:-_SEAL] if path else None


def store(name: str, content: bytes) -> Path | None:
    """Keep an entry, and return its file; if the cache folder cannot be written, warn and return None."""
    path = cache_folder() / name
    try:
        with atomic_file(path, setting="AMALTHEA_CACHE") as temporary, temporary.open("wb") as file:
            file.write(content)
            file.write(_seal(content))
    except StorageError as problem:
        warn(f"Nothing is cached, so the next start takes as long. {problem}")
        return None
    return path


def _seal(content: bytes | memoryview) -> bytes:
    return _FIELD + hashlib.sha256(content).hexdigest().encode()
