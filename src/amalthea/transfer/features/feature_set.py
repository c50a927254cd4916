"""The features of one network for many pictures, in two files: records of equal size, and an index that finds them.

Why not LMDB: a batch of features is one gather from one array, which equal records allow and values in a tree do not;
each of LMDB's values is rounded up to whole pages of 4 KiB; the size of its map has to be known beforehand; it keeps no
checksums. The index needs what a database is good at (transactions, locks that end with their process), and Python
brings SQLite.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from weakref import finalize
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ...storage import damaged, open_database, throw_away, unusable_database, unusable_folder
from .in_use import hold

T = TypeVar("T")
Entry: TypeAlias = tuple[bytes, int, int]  # digest of a picture, row of its record, checksum of both and the record

_SETTING = "AMALTHEA_CACHE"
_SCHEMA = "CREATE TABLE IF NOT EXISTS entries (digest BLOB PRIMARY KEY, row INTEGER, crc INTEGER) WITHOUT ROWID"


class FileFeatureSet:
    """One folder with ``records.bin`` and ``index.sqlite``; a ``FeatureSet``.

    Records are only ever appended, by plain writes, so that a full disk is an error and not a dead process. An entry of
    the index appears when the transaction that holds it is committed, after its record was written; the lock of this
    transaction keeps other processes from appending meanwhile. So a process that is killed leaves at worst records that
    nothing points to. What else may happen to files shows when a record is looked up: each has a checksum. Rows belong
    to one file, which stays open: they can be read even if somebody removes it, and mean no record of a later one.

    Args:
        folder: of this set; it is made.
        width: numbers in a record.
        dtype: of these numbers.

    Raises:
        StorageError: the folder cannot be used.
    """

    def __init__(self, folder: Path, width: int, dtype: np.dtype[Any]) -> None:
        self._records = folder / "records.bin"
        self._path = folder / "index.sqlite"
        self._dtype = dtype
        self._width = width
        self._size = width * dtype.itemsize  # of a record, in bytes
        self._kept: FileIO | None = None
        self._held = hold(folder)
        self._index = open_database(self._path, _SCHEMA, setting=_SETTING)
        finalize(self, self._held.close)
        finalize(self, self._index.close)

    def find(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """See ``FeatureSet``."""
        return self._sound(self._transaction("BEGIN", lambda: self._entries(digests)))

    def append(self, digests: Sequence[bytes], records: NDArray[Any]) -> dict[bytes, int]:
        """See ``FeatureSet``."""

        def append_unknown() -> dict[bytes, int]:
            known = self._sound(self._entries(digests))  # by another process, a moment ago
            new = [number for number, digest in enumerate(digests) if digest not in known]
            return known | self._written([digests[number] for number in new], records[new]) if new else known

        return self._transaction("BEGIN IMMEDIATE", append_unknown)

    def records(self) -> NDArray[Any]:
        """See ``FeatureSet``."""
        try:
            file = self._keep_open()
            count = os.fstat(file.fileno()).st_size // self._size
            return np.asarray(np.memmap(file, self._dtype, "r", shape=(count, self._width)))
        except (OSError, ValueError):  # no file yet, or an empty one
            return np.empty((0, self._width), self._dtype)

    def _keep_open(self) -> FileIO:
        """The one file that all rows belong to, from the first row on."""
        if self._kept is None:
            self._kept = FileIO(self._records)
            finalize(self, self._kept.close)
        return self._kept

    def _check_same(self, file: FileIO) -> None:
        """Raise where a file is not the one that rows belong to."""
        if not os.path.samestat(os.fstat(file.fileno()), os.fstat(self._keep_open().fileno())):
            raise OSError(errno.ESTALE, f"somebody replaced {self._records.name} while it was used")

    def _transaction(self, begin: str, work: Callable[[], T]) -> T:
        """What work on the index returns; where the index turns out to be damaged, on an empty one."""
        for last in (False, True):
            try:
                self._index.execute(begin)
                result = work()
                self._index.execute("COMMIT")
                return result
            except sqlite3.Error as problem:
                self._roll_back()
                if last or not damaged(problem):
                    raise unusable_database(self._path, problem, _SETTING) from problem
                self._start_again()
            except OSError as problem:
                self._roll_back()
                raise unusable_folder(self._records.parent, problem, _SETTING) from problem
            except BaseException:  # Ctrl-C must not leave the set locked
                self._roll_back()
                raise
        raise AssertionError  # the last turn returns or raises

    def _written(self, digests: Sequence[bytes], records: NDArray[Any]) -> dict[bytes, int]:
        """Entries first: SQLite notices here if the files have been removed, before a record goes anywhere."""
        with self._records.open("ab", buffering=0) as file:
            self._check_same(file)
            start = -(-file.tell() // self._size)  # behind whatever a killed process left
            added = {digest: start + number for number, digest in enumerate(digests)}
            checks = map(_check, digests, added.values(), records)
            self._index.executemany(
                "INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", zip(digests, added.values(), checks, strict=True)
            )
            try:
                file.truncate(start * self._size)
                remaining = memoryview(records.tobytes())
                while remaining:
                    remaining = remaining[file.write(remaining) :]
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(start * self._size)
                raise
        return added

    def _entries(self, digests: Iterable[bytes]) -> list[Entry]:
        query = "SELECT row, crc FROM entries WHERE digest = ?"
        found = ((digest, self._index.execute(query, (digest,)).fetchone()) for digest in digests)
        return [(digest, *row) for digest, row in found if row and all(isinstance(number, int) for number in row)]

    def _sound(self, entries: Sequence[Entry]) -> dict[bytes, int]:
        """Rows of the records that are as they were written."""
        if not entries:
            return {}
        try:
            self._keep_open()  # before threads do so, of which each might open another file
        except OSError:
            return {}
        workers = os.cpu_count() or 1
        with ThreadPoolExecutor(workers) as pool:  # checksums need no interpreter
            parts = pool.map(self._sound_part, (entries[start::workers] for start in range(workers)))
            return {digest: row for part in parts for digest, row in part}

    def _sound_part(self, entries: Sequence[Entry]) -> list[tuple[bytes, int]]:
        """Reads instead of mapping: neither a file that became shorter nor one of any size does harm."""
        record = bytearray(self._size)
        sound = []
        with suppress(OSError), self._records.open("rb", buffering=0) as file:
            self._check_same(file)
            for digest, row, crc in entries:
                if 0 <= row < 2**62 // self._size and file.seek(row * self._size) >= 0:
                    whole = file.readinto(record) == self._size
                    if whole and _check(digest, row, record) == crc:
                        sound.append((digest, row))
        return sound

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            self._index.execute("ROLLBACK")

    def _start_again(self) -> None:
        """With an empty index; the records stay where they are, for others may be reading them."""
        self._index.close()
        with suppress(OSError):
            throw_away(self._path)
        self._index = open_database(self._path, _SCHEMA, setting=_SETTING)
        finalize(self, self._index.close)


def _check(digest: bytes, row: int, record: Any) -> int:
    return crc32(record, crc32(b"%d " % row, crc32(digest)))
