"""Who uses a folder: kept by the operating system, so that it ends with its process, however that dies."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ...errors import StorageError
from ...storage import damaged, open_database, throw_away, unusable_database

_SETTING = "AMALTHEA_CACHE"
_NAME = "in_use.sqlite"
_SCHEMA = "CREATE TABLE IF NOT EXISTS users (name)"


def hold(folder: Path) -> sqlite3.Connection:
    """Mark a folder as used until the connection is closed; any number of processes may do so.

    It is an open transaction that reads, a lock that others may share.

    Raises:
        StorageError: the folder cannot be made or written.
    """
    path = folder / _NAME
    for last in (False, True):
        connection = open_database(path, _SCHEMA, setting=_SETTING)
        try:
            connection.execute("BEGIN")
            connection.execute("SELECT * FROM users").fetchall()
            return connection
        except sqlite3.Error as problem:
            connection.close()
            if last or not damaged(problem):
                raise unusable_database(path, problem, _SETTING) from problem
            throw_away(path)
    raise AssertionError  # the last turn returns or raises


@contextmanager
def unused(folder: Path) -> Iterator[bool]:
    """Whether nobody, in this process or another one, uses a folder; then nobody can while the block runs."""
    try:
        connection = open_database(folder / _NAME, _SCHEMA, setting=_SETTING, patience=0)
    except StorageError:
        yield False
        return
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            yield False
        else:
            yield True
