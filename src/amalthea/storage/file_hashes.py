"""Hashes of thousands of files at once, each read again only if it has changed."""

import os
import re
import sqlite3
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext, suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from .._progress import progress
from ..errors import StorageError
from .cached_files import CachedFiles
from .databases import damaged, open_database, throw_away
from .digests import digest, identity, settled

# Beside the database, the stamps of digests.py.
HASHES = CachedFiles("hashes", re.compile(r"files\.sqlite(-journal)?|[0-9a-f]{32}\.\w+\.json"))

_SCHEMA = """CREATE TABLE IF NOT EXISTS hashes
    (path BLOB PRIMARY KEY, identity BLOB, sha256 BLOB, crc INTEGER) WITHOUT ROWID"""

_FEW = 256  # files that are hashed before a progress bar could be seen
_AT_ONCE = 1024  # files that wait for a thread: more of them would only take memory


class _File(NamedTuple):
    """A file as it is now: absolute path; size, times and inode; and whether a change would be seen in them."""

    path: bytes
    identity: bytes
    settled: bool


def file_digests(paths: Sequence[str | os.PathLike[str]], *, verify: bool = False) -> list[bytes | None]:
    """SHA-256 of the content of each file.

    One database in the cache folder keeps them beside size, times and inode of the file: thousands that have not
    changed take a fraction of a second. Every row has a checksum; one that is damaged, or a database that cannot be
    used, costs reading the files again.

    Args:
        paths: of the files.
        verify: read all files again, whatever is known of them.

    Returns:
        32 bytes for each path, in their order; None where the file is not there or cannot be read.

    Example:
        >>> [known, missing] = file_digests(["elephant.jpg", "nowhere.jpg"])
        >>> len(known), missing
        (32, None)
    """
    files = [_file(path) for path in paths]
    known = {} if verify else _known(file for file in files if file)
    unknown = {file: path for file, path in zip(files, paths, strict=True) if file and file not in known}
    computed = dict(zip(unknown, _computed(list(unknown.values())), strict=True))
    _keep({file: found for file, found in computed.items() if found and file.settled and _file(unknown[file]) == file})
    return [None if file is None else known.get(file) or computed[file] for file in files]


def _file(path: str | os.PathLike[str]) -> _File | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # a path with a null character is a ValueError
        return None
    return _File(os.fsencode(os.path.abspath(path)), b"%d %d %d %d" % tuple(identity(status)), settled(status))


def _computed(paths: list[str | os.PathLike[str]]) -> list[bytes | None]:
    """Hashes by as many threads as there are processors: hashing needs no interpreter."""
    if not paths:
        return []
    bar = progress("Looking for changed files", "files") if len(paths) > _FEW else nullcontext(_shown_nowhere)
    with ThreadPoolExecutor(os.cpu_count()) as pool, bar as show:
        hashes = []
        for start in range(0, len(paths), _AT_ONCE):
            for found in pool.map(_hash, paths[start : start + _AT_ONCE]):
                hashes.append(found)
                show(len(hashes), len(paths))
        return hashes


def _shown_nowhere(done: int, total: int | None) -> None:
    pass


def _hash(path: str | os.PathLike[str]) -> bytes | None:
    try:
        return bytes.fromhex(digest(Path(path), "sha256"))
    except OSError:
        return None


def _known(files: Iterable[_File]) -> dict[_File, bytes]:
    path = _database()
    try:
        with closing(open_database(path, _SCHEMA, setting="AMALTHEA_CACHE")) as connection:
            return _found(connection, files)
    except sqlite3.Error as problem:
        if damaged(problem):
            with suppress(OSError):
                throw_away(path)
    except StorageError:
        pass
    return {}


def _found(connection: sqlite3.Connection, files: Iterable[_File]) -> dict[_File, bytes]:
    query = "SELECT sha256, crc FROM hashes WHERE path = ? AND identity = ?"
    found = {}
    connection.execute("BEGIN")  # one lock for all of them
    for file in files:
        row = connection.execute(query, (file.path, file.identity)).fetchone()
        if row and isinstance(row[0], bytes) and row[1] == _check(file, row[0]):
            found[file] = row[0]
    return found


def _keep(hashes: dict[_File, bytes]) -> None:
    if not hashes:
        return
    rows = [(file.path, file.identity, found, _check(file, found)) for file, found in hashes.items()]
    # Whatever is in the way, the files are only read again.
    with (
        suppress(StorageError, sqlite3.Error),
        closing(open_database(_database(), _SCHEMA, setting="AMALTHEA_CACHE")) as connection,
    ):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR REPLACE INTO hashes VALUES (?, ?, ?, ?)", rows)
        connection.execute("COMMIT")


def _check(file: _File, found: bytes) -> int:
    return crc32(b"\0".join((file.path, file.identity, found)))


def _database() -> Path:
    return HASHES.folder / "files.sqlite"
