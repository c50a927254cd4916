"""Hashes of thousands of files at once, each read again only if it has changed."""

import os
import re
import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from .._progress import Show, progress, shown_nowhere
from ..errors import StorageError
from .cached_files import CachedFiles
from .databases import damaged, open_database, throw_away
from .digests import digest, identity, settled

# Beside the database, the stamps of digests.py.
HASHES = CachedFiles("hashes", re.compile(r"files\.sqlite(-journal)?|[0-9a-f]{32}\.\w+\.json"))

_SCHEMA = """CREATE TABLE IF NOT EXISTS hashes
    (path BLOB PRIMARY KEY, identity BLOB, sha256 BLOB, crc INTEGER) WITHOUT ROWID"""

_FEW = 256  # files that are hashed before a progress bar could be seen
_AT_ONCE = 1024  # files that are looked up together: more of them would only take memory


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
    return list(each_file_digest(paths, verify=verify))


def each_file_digest(paths: Sequence[str | os.PathLike[str]], *, verify: bool = False) -> Generator[bytes | None]:
    """As ``file_digests``, one after the other: memory does not grow with the number of files.

    Args:
        paths: of the files.
        verify: as for ``file_digests``.

    Example:
        >>> sum(digest is None for digest in each_file_digest(["elephant.jpg", "nowhere.jpg"]))
        1
    """
    with ExitStack() as bar:
        show: Show = shown_nowhere
        hashed = 0
        for start in range(0, len(paths), _AT_ONCE):
            group = paths[start : start + _AT_ONCE]
            files = [_file(path) for path in group]
            known = {} if verify else _known(file for file in files if file)
            unknown = {file: path for file, path in zip(files, group, strict=True) if file and file not in known}
            hashed += len(unknown)
            if hashed > _FEW and show is shown_nowhere:
                show = bar.enter_context(progress("Looking for changed files", "files"))
            known |= _computed(unknown, show, start + len(group) - len(unknown), len(paths))
            yield from (file and known[file] for file in files)


def _file(path: str | os.PathLike[str]) -> _File | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # a path with a null character is a ValueError
        return None
    return _File(os.fsencode(os.path.abspath(path)), b"%d %d %d %d" % tuple(identity(status)), settled(status))


def _computed(
    files: Mapping[_File, str | os.PathLike[str]], show: Show, before: int, total: int
) -> dict[_File, bytes | None]:
    """Hashes by as many threads as there are processors: hashing needs no interpreter. They are kept."""
    computed: dict[_File, bytes | None] = {}
    if files:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for file, found in zip(files, pool.map(_hash, files.values()), strict=True):
                computed[file] = found
                show(before + len(computed), total)
        unchanged = {file: found for file, found in computed.items() if file.settled and _file(files[file]) == file}
        _keep({file: found for file, found in unchanged.items() if found})
    return computed


def _hash(path: str | os.PathLike[str]) -> bytes | None:
    try:
        return bytes.fromhex(digest(Path(path), "sha256"))
    except OSError:
        return None


def _known(files: Iterable[_File]) -> dict[_File, bytes | None]:
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


def _found(connection: sqlite3.Connection, files: Iterable[_File]) -> dict[_File, bytes | None]:
    query = "SELECT sha256, crc FROM hashes WHERE path = ? AND identity = ?"
    found: dict[_File, bytes | None] = {}
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
