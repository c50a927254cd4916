"""Small SQLite files that hold only what can be computed again, so that a damaged one is thrown away."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from ..errors import StorageError

_PATIENCE = 60.0  # seconds to wait for other processes, none of which takes more than a moment
# Not one of our files, damaged, or one with other tables (SQLite then says "error").
_UNUSABLE = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


def open_database(path: Path, schema: str, *, setting: str, patience: float = _PATIENCE) -> sqlite3.Connection:
    """Open a database, made where there is none, or none that can be used.

    Transactions are begun and committed by hand. Any thread may use the connection, one at a time.

    Args:
        path: of the file; its folders are made.
        schema: one statement, ``CREATE TABLE IF NOT EXISTS …``.
        setting: the environment variable by which a user chooses another folder, for the error message.
        patience: how long to wait for other processes, in seconds.

    Raises:
        StorageError: the folder cannot be made, or the file neither read nor made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _opened(path, schema, patience)
        except sqlite3.Error as problem:
            if not damaged(problem):
                raise
        throw_away(path)
        return _opened(path, schema, patience)
    except (OSError, sqlite3.Error) as problem:
        raise unusable_database(path, problem, setting) from problem


def damaged(problem: sqlite3.Error) -> bool:
    """Whether an error means that the file is no database of ours, or one that was damaged."""
    code: int | None = getattr(problem, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _UNUSABLE  # the upper bits tell more of what happened


def throw_away(path: Path) -> None:
    """Remove a database, with the journal that a killed process may have left beside it."""
    for file in (path, path.with_name(f"{path.name}-journal")):
        with suppress(FileNotFoundError):
            file.unlink()


def unusable_database(path: Path, problem: OSError | sqlite3.Error, setting: str) -> StorageError:
    """The error for a database that cannot be read or written."""
    reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return StorageError(
        f"Cannot use {path}: {reason}. Make room or give write permission there, or set {setting} to another folder."
    )


def _opened(path: Path, schema: str, patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(schema)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
