"""Databases that may be thrown away: opened whatever lies there, unless nothing can lie there."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from amalthea.errors import StorageError
from amalthea.storage import damaged, open_database, throw_away

pytestmark = pytest.mark.single_backend

SCHEMA = "CREATE TABLE IF NOT EXISTS numbers (number INTEGER)"


def opened(path: Path, **more: float) -> sqlite3.Connection:
    return open_database(path, SCHEMA, setting="AMALTHEA_CACHE", **more)


def numbers(path: Path) -> list[int]:
    with closing(opened(path)) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM numbers")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one number."""
    path = tmp_path / "deep" / "numbers.sqlite"
    with closing(opened(path)) as connection:
        connection.execute("INSERT INTO numbers VALUES (7)")
    return path


def test_what_was_written_is_there_later(path: Path) -> None:
    assert numbers(path) == [7]


def test_a_foreign_file_is_replaced(path: Path) -> None:
    path.write_text("no database" * 100)
    assert numbers(path) == []


def test_throwing_away_leaves_nothing(path: Path) -> None:
    path.with_name("numbers.sqlite-journal").touch()
    throw_away(path)
    assert list(path.parent.iterdir()) == []
    throw_away(path)


def test_one_that_others_lock_is_not_damaged(path: Path) -> None:
    with closing(opened(path)) as first, closing(opened(path, patience=0)) as second:
        first.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked") as caught:
            second.execute("SELECT number FROM numbers")
        assert not damaged(caught.value)
        with pytest.raises(StorageError, match=f"Cannot use {path}: database is locked"):
            opened(path, patience=0)
    assert numbers(path) == [7]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    message = f"Cannot use {tmp_path}/file/numbers.sqlite: .*give write permission there, or set AMALTHEA_CACHE to ano"
    with pytest.raises(StorageError, match=message):
        opened(tmp_path / "file" / "numbers.sqlite")
