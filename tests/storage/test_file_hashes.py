"""Hashes of many files, kept in one database."""

import hashlib
import os
import sqlite3
import threading
from pathlib import Path

import pytest

import amalthea
from amalthea.storage import cache_folder, file_digests
from amalthea.storage import file_hashes as hashing
from tests.storage.test_digests import rejuvenate, replace, rewrite

pytestmark = pytest.mark.single_backend

# Not written within the last seconds.
SETTLED = sorted((Path(amalthea.__file__).parent / "catalog").rglob("*.py"))


def sha256(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def database() -> Path:
    return cache_folder() / "hashes" / "files.sqlite"


def rows() -> int:
    with sqlite3.connect(database()) as connection:
        [count] = connection.execute("SELECT count(*) FROM hashes").fetchone()
    connection.close()
    return count


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read."""
    seen: list[Path] = []
    original = hashing.digest

    def noted(path: Path, algorithm: str) -> str:
        seen.append(path)
        return original(path, algorithm)

    monkeypatch.setattr(hashing, "digest", noted)
    return seen


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as old enough at once."""
    monkeypatch.setattr(hashing, "settled", lambda status: True)


def test_files_that_stay_as_they_are_are_read_once(reads: list[Path]) -> None:
    expected = [sha256(path) for path in SETTLED]
    assert file_digests(SETTLED) == expected
    assert sorted(reads) == SETTLED
    reads.clear()
    assert file_digests([str(path) for path in SETTLED]) == expected
    assert reads == []
    assert file_digests(SETTLED[:3], verify=True) == expected[:3]
    assert sorted(reads) == SETTLED[:3]


def test_order_repetitions_and_files_that_are_not_there(tmp_path: Path) -> None:
    given = [SETTLED[1], tmp_path / "nowhere", SETTLED[0], SETTLED[1], tmp_path, "a\0b"]
    hashes = [sha256(SETTLED[1]), None, sha256(SETTLED[0]), sha256(SETTLED[1]), None, None]
    for _ in range(2):
        assert file_digests(given) == hashes
    assert file_digests([]) == []


def test_paths_of_any_bytes(tmp_path: Path, old: None, reads: list[Path]) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe'.jpg"))
    path.write_bytes(b"abc")
    for _ in range(2):
        assert file_digests([path]) == [hashlib.sha256(b"abc").digest()]
    assert reads == [path]


def test_a_file_that_is_new_is_read_again(tmp_path: Path, reads: list[Path]) -> None:
    """A change in the same moment might leave the same times."""
    (tmp_path / "file").write_bytes(b"abc")
    for _ in range(2):
        file_digests([tmp_path / "file"])
    assert len(reads) == 2


@pytest.mark.parametrize("change", [rewrite, replace, rejuvenate])
def test_a_file_that_changed_is_read_again(change, tmp_path: Path, old: None) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    file_digests([path])
    assert rows() == 1
    change(path)
    assert file_digests([path]) == [sha256(path)]
    assert rows() == 1


def test_a_file_that_changes_while_it_is_hashed_is_not_kept(tmp_path: Path, old: None, monkeypatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    original = hashing.digest

    def changed(path: Path, algorithm: str) -> str:
        found = original(path, algorithm)
        rewrite(path)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(hashing, "digest", changed)
        file_digests([path])
    assert file_digests([path]) == [sha256(path)]


def test_no_flipped_bit_makes_a_wrong_hash(tmp_path: Path, old: None) -> None:
    paths = [tmp_path / f"{number}.jpg" for number in range(5)]
    for path in paths:
        path.write_bytes(os.urandom(100))
    expected = file_digests(paths)
    whole = database().read_bytes()
    for position in range(0, len(whole), 23):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        database().write_bytes(damaged)
        assert file_digests(paths) == expected, position


FOREIGN = [b"", b"no database", b"SQLite format 3\0" + bytes(100), None]


@pytest.mark.parametrize("content", FOREIGN, ids=range(len(FOREIGN)))
def test_a_foreign_or_damaged_database_is_replaced(content: bytes | None) -> None:
    expected = file_digests(SETTLED)
    if content is None:
        database().unlink()
        with sqlite3.connect(database()) as connection:
            connection.execute("CREATE TABLE hashes (something)")
        connection.close()
    else:
        database().write_bytes(content)
    assert file_digests(SETTLED) == expected
    assert rows() == len(SETTLED)


@pytest.mark.parametrize("size", [1, 100, 1000, 4096, 5000, 8192])
def test_a_truncated_database_is_replaced(size: int) -> None:
    expected = file_digests(SETTLED)
    os.truncate(database(), min(size, database().stat().st_size - 1))
    assert file_digests(SETTLED) == expected


def test_without_a_cache_folder_the_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("AMALTHEA_CACHE", str(tmp_path / "file"))
    for _ in range(2):
        assert file_digests(SETTLED) == [sha256(path) for path in SETTLED]


def test_many_may_look_at_once() -> None:
    expected = [sha256(path) for path in SETTLED]
    found: list[list[bytes | None]] = []
    threads = [threading.Thread(target=lambda: found.append(file_digests(SETTLED))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
    assert rows() == len(SETTLED)


def test_none_of_three_thousand_known_files_is_read(tmp_path: Path, old: None, reads: list[Path]) -> None:
    paths = [tmp_path / f"{number}.jpg" for number in range(3000)]
    for number, path in enumerate(paths):
        path.write_bytes(b"%d" % number)
    expected = file_digests(paths)
    assert len(reads) == 3000
    assert file_digests(paths) == expected
    assert len(reads) == 3000
