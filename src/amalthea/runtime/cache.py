"""What can be computed again: graphs and compiled networks, in the cache folder, never trusted blindly.

Entries are named by what they were made from, so that none is ever changed: another version of this library, of the
runtime or of the weights, another precision or processor makes another entry, and what nobody asks for any more goes.
"""

import hashlib
import json
import os
from collections.abc import Callable
from mmap import ACCESS_COPY, ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO, TypeVar

from ..errors import StorageError, warn
from ..storage import (
    COMPILED,
    GRAPHS,
    atomic_file,
    cache_folder,
    drop_oldest,
    identity_of_content,
    note_use,
    room,
    settled,
    stamp,
    stamped,
)
from . import seal

CACHES = (GRAPHS, COMPILED)
"""What is kept of networks: each kind can be looked at and cleared."""

_Wanted = TypeVar("_Wanted")

_LARGE = 2**22  # bytes; what is smaller is hashed sooner than a stamp of it is written
_STAMP = "seal"


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


def mapped(name: str) -> memoryview | None:
    """As ``load``, but the file itself, mapped into memory while somebody has the view.

    It can be written into, as some want it that only read; the file stays as it is.
    """
    path = cache_folder() / name
    try:
        with path.open("rb") as file:
            content = memoryview(mmap(file.fileno(), 0, access=ACCESS_COPY))
            if not _is_whole(path, file, content):
                return None
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None
    note_use(path)
    return content[: -seal.SIZE]


def store(name: str, content: bytes) -> Path | None:
    """Keep an entry, and return its file; None where it is too large, or with a warning, the folder cannot be written.

    Entries that were used longest ago make room for it, as ``AMALTHEA_CACHE_SIZE`` says.

    Raises:
        ArgumentError: that setting is no number of GiB.
    """
    limit = room()
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
    drop_oldest(limit)
    return path


def _if_whole(name: str, wanted: Callable[[memoryview], _Wanted]) -> _Wanted | None:
    """What is wanted of an entry, its content and seal; None where that is damaged, or not there."""
    path = cache_folder() / name
    try:
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as entry, memoryview(entry) as content:
            if not _is_whole(path, file, content):
                return None
            found = wanted(content)
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None
    note_use(path)
    return found


def _is_whole(path: Path, file: BinaryIO, content: memoryview) -> bool:
    """Whether an entry ends in the hash of all before it, which is computed again only if the entry was written into.

    Raises:
        OSError: it is gone meanwhile.
    """
    known = seal.hash_in(content) if len(content) >= _LARGE else None
    if known is None:
        return seal.is_whole(content)
    if known == stamped(path, _STAMP, identity_of_content):
        return True
    before = os.fstat(file.fileno())
    whole = seal.is_whole(content)
    if whole and settled(before):
        stamp(path, _STAMP, known, before, identity_of_content)
    return whole
