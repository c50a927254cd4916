"""What can be computed again: graphs and compiled networks, in the cache folder, never trusted blindly.

Entries are named by what they were made from, so that none is ever changed: another version of this library, of the
runtime or of the weights, another precision or processor makes another entry, and what nobody asks for any more goes.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TypeVar

from ..errors import StorageError, warn
from ..storage import CachedFiles, atomic_file, bytes_allowed, cache_folder, removed
from . import seal

_NAMES = re.compile(r"[0-9a-f]{64}\.\w+")
CACHES = (CachedFiles("graphs", _NAMES), CachedFiles("compiled", _NAMES))
"""What is kept of networks: each kind can be looked at and cleared."""

_Wanted = TypeVar("_Wanted")

_SETTING = "AMALTHEA_CACHE_SIZE"
_DEFAULT_LIMIT = 4  # GiB
_LONG_AGO = 30 * 24 * 3600.0  # seconds; entries that nobody used since then belong to versions that are gone
_JUST_NOW = 60.0  # seconds; whoever found an entry may be about to open it


def key_of(*values: object) -> str:
    """A name for what depends on all these values, which JSON must be able to express.

    Raises:
        TypeError: it is not.
    """
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def find(name: str) -> Path | None:
    """The file of an entry, its seal included; None where there is none, or a damaged one.

    Args:
        name: relative to the cache folder: ``graphs/`` or ``compiled/``, a ``key_of`` and a suffix.
    """
    return _if_whole(name, lambda content: cache_folder() / name)


def load(name: str) -> bytes | None:
    """What was stored under a name; None where there is nothing, or a damaged entry."""
    return _if_whole(name, lambda content: bytes(content[: -seal.SIZE]))


def store(name: str, content: bytes) -> Path | None:
    """Keep an entry, and return its file; None where it is too large, or with a warning, the folder cannot be written.

    Entries that were used longest ago make room for it, as ``AMALTHEA_CACHE_SIZE`` says.

    Raises:
        ArgumentError: that setting is no number of GiB.
    """
    limit = bytes_allowed(os.environ.get(_SETTING) or _DEFAULT_LIMIT, _SETTING)
    if len(content) + seal.SIZE > limit:
        return None
    if known := find(name):
        return known  # from another process, which may have it open
    path = cache_folder() / name
    try:
        with atomic_file(path, setting="AMALTHEA_CACHE") as temporary, temporary.open("wb") as file:
            file.write(content)
            file.write(seal.seal(content))
    except StorageError as problem:
        warn(f"Nothing is cached, so the next start takes as long. {problem}")
        return None
    _drop_oldest(limit)
    return path


def _if_whole(name: str, wanted: Callable[[memoryview], _Wanted]) -> _Wanted | None:
    """What is wanted of an entry, its content and seal; None where that is damaged, or not there."""
    path = cache_folder() / name
    try:
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as entry, memoryview(entry) as content:
            if not seal.is_whole(content):
                return None
            found = wanted(content)
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None
    _note_use(path)
    return found


def _note_use(path: Path) -> None:
    """Set the time of an entry that is wanted: few systems keep the time of the last reading."""
    with suppress(OSError):
        os.utime(path)


def _drop_oldest(limit: float) -> None:
    """Drop what was used longest ago while all together take more, and what nobody wants any more."""
    files = {path: status for part in CACHES for path, status in part.files().items()}
    total, now = sum(status.st_size for status in files.values()), time.time()
    for path, status in sorted(files.items(), key=lambda item: item[1].st_mtime):
        age = now - status.st_mtime
        if age < _JUST_NOW or (total <= limit and age < _LONG_AGO):
            return
        if removed(path):
            total -= status.st_size
