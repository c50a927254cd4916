"""Who uses a folder: kept by the operating system, so that it ends with its process, however that dies."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ...errors import StorageError
from ...storage import damaged, open_database, throw_away, unusable_database

MARK = "in_use.sqlite"  # the file that is locked

_SETTING = "AMALTHEA_CACHE"
_SCHEMA = "CREATE TABLE IF NOT EXISTS users (name)"
_ATTEMPTS = 5  # a new mark takes two; more, where others remove the folder meanwhile


def hold(folder: Path) -> sqlite3.Connection:
    """Mark a folder as used until the connection is closed; any number of processes may do so.

    It is an open transaction that reads, a lock that others may share.

    Raises:
        StorageError: the folder cannot be made or written.
    """
    path = folder / MARK
    problem = sqlite3.Error("others remove it again and again")
    for _ in range(_ATTEMPTS):
        before = _identity(path)
        connection = open_database(path, _SCHEMA, setting=_SETTING)
        try:
            connection.execute("BEGIN")
            connection.execute("SELECT * FROM users").fetchall()
        except sqlite3.Error as other:
            connection.close()
            if not damaged(other):
                raise unusable_database(path, other, _SETTING) from other
            throw_away(path)
            problem = other
            continue
        # Between opening and locking the folder may have been dropped; then it is another file that was locked.
        if before and before == _identity(path):
            return connection
        connection.close()
    raise unusable_database(path, problem, _SETTING) from problem


@contextmanager
def unused(folder: Path) -> Iterator[bool]:
    """Whether a folder was marked and nobody, in this or another process, uses it; nobody can while the block runs."""
    path = folder / MARK
    before = _identity(path)
    if not before:
        yield False
        return
    try:
        connection = open_database(path, _SCHEMA, setting=_SETTING, patience=0)
    except StorageError:
        yield False
        return
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            yield False
        else:
            yield before == _identity(path)


def _identity(path: Path) -> tuple[int, int] | None:
    """Of a file, so that another one of the same name shows; None where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
