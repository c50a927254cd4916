"""Features in files: what is found is what was stored, whatever happens to the files."""

import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from amalthea.errors import StorageError
from amalthea.transfer.features.feature_set import FileFeatureSet
from tests.transfer.features.feature_records import WIDTH, digest, digests, found_right, records

pytestmark = pytest.mark.single_backend

NUMBERS = range(20)


def opened(folder: Path, dtype: str = "float32") -> FileFeatureSet:
    return FileFeatureSet(folder, WIDTH, np.dtype(dtype))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set with 20 records."""
    features = opened(tmp_path / "set")
    for start in (0, 8, 16):
        numbers = NUMBERS[start : start + 8]
        features.append(digests(numbers), records(numbers))
    return tmp_path / "set"


def test_a_new_set_is_empty(tmp_path: Path) -> None:
    features = opened(tmp_path / "deep" / "set")
    assert features.find(digests(NUMBERS)) == {}
    assert features.records().shape == (0, WIDTH)
    assert features.find([]) == {}


def test_what_was_stored_is_found_later(folder: Path) -> None:
    features = opened(folder)
    assert found_right(features, [19, 3, 77, 0]) == [19, 3, 0]
    assert features.records().shape == (20, WIDTH)
    assert isinstance(features.records().base, np.memmap)
    assert not features.records().flags.writeable


def test_the_rows_that_append_returns(tmp_path: Path) -> None:
    features = opened(tmp_path)
    rows = features.append(digests([5, 6]), records([5, 6]))
    assert rows == {digest(5): 0, digest(6): 1}
    # 6 is there already; its row stays.
    assert features.append(digests([6, 7]), records([6, 7])) == {digest(6): 1, digest(7): 2}
    assert features.records().shape == (3, WIDTH)


def test_float16(tmp_path: Path) -> None:
    features = opened(tmp_path, "float16")
    rows = features.append(digests(NUMBERS), records(NUMBERS, dtype="float16"))
    assert (tmp_path / "records.bin").stat().st_size == 20 * WIDTH * 2
    np.testing.assert_array_equal(
        features.records()[[rows[digest(number)] for number in NUMBERS]], records(NUMBERS, dtype="float16")
    )


def test_rows_that_are_mapped_stay_while_others_are_appended(tmp_path: Path) -> None:
    features = opened(tmp_path)
    features.append(digests(NUMBERS), records(NUMBERS))
    mapped = features.records()
    features.append(digests(range(20, 500)), records(range(20, 500)))
    np.testing.assert_array_equal(mapped, records(NUMBERS))
    assert found_right(features, range(500)) == list(range(500))


def test_every_flipped_bit_in_the_records_is_found(folder: Path) -> None:
    whole = (folder / "records.bin").read_bytes()
    for position in range(0, len(whole), 97):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        (folder / "records.bin").write_bytes(damaged)
        number = position // (4 * WIDTH)
        assert found_right(opened(folder), NUMBERS) == [other for other in NUMBERS if other != number]


def test_no_flipped_bit_in_the_index_gives_a_wrong_record(folder: Path) -> None:
    whole = (folder / "index.sqlite").read_bytes()
    untouched = 0
    for position in range(0, len(whole), 41):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        (folder / "index.sqlite").write_bytes(damaged)
        features = opened(folder)
        untouched += len(found_right(features, NUMBERS)) == len(NUMBERS)
        features.append(digests(NUMBERS), records(NUMBERS))
        assert found_right(features, NUMBERS) == list(NUMBERS)
    assert untouched > 0


def test_no_flipped_bit_in_the_mark_of_users_does_harm(folder: Path) -> None:
    whole = (folder / "in_use.sqlite").read_bytes()
    for position in [*range(120), *range(120, len(whole), 61)]:
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        (folder / "in_use.sqlite").write_bytes(damaged)
        assert found_right(opened(folder), NUMBERS) == list(NUMBERS)


@pytest.mark.parametrize("size", [0, 1, 399, 400, 4001, 7999])
def test_truncated_records_are_missing_and_stored_again(size: int, folder: Path) -> None:
    os.truncate(folder / "records.bin", size)
    features = opened(folder)
    assert found_right(features, NUMBERS) == list(NUMBERS[: size // (4 * WIDTH)])
    features.append(digests(NUMBERS), records(NUMBERS))
    assert found_right(features, NUMBERS) == list(NUMBERS)


@pytest.mark.parametrize("name", ["records.bin", "index.sqlite", "in_use.sqlite"])
@pytest.mark.parametrize("content", [b"", b"foreign" * 1000, None], ids=["empty", "foreign", "removed"])
def test_foreign_files_are_replaced(name: str, content: bytes | None, folder: Path) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    features = opened(folder)
    assert found_right(features, NUMBERS) == ([] if name != "in_use.sqlite" else list(NUMBERS))
    features.append(digests(NUMBERS), records(NUMBERS))
    assert found_right(opened(folder), NUMBERS) == list(NUMBERS)


@pytest.mark.parametrize("size", [1, 1000, 4096, 5000])
def test_a_truncated_index_is_replaced(size: int, folder: Path) -> None:
    os.truncate(folder / "index.sqlite", size)
    features = opened(folder)
    found_right(features, NUMBERS)
    features.append(digests(NUMBERS), records(NUMBERS))
    assert found_right(features, NUMBERS) == list(NUMBERS)


def test_an_index_with_other_tables_is_replaced(folder: Path) -> None:
    (folder / "index.sqlite").unlink()
    with sqlite3.connect(folder / "index.sqlite") as connection:
        connection.execute("CREATE TABLE entries (name)")
    connection.close()
    features = opened(folder)
    assert found_right(features, NUMBERS) == []
    features.append(digests(NUMBERS), records(NUMBERS))
    assert found_right(features, NUMBERS) == list(NUMBERS)


@pytest.mark.parametrize("row", [-1, 2**62, 2**63 - 1, 19, "three", 2.5, None, b"x"])
def test_an_entry_that_points_elsewhere_is_none(row: object, folder: Path) -> None:
    with sqlite3.connect(folder / "index.sqlite") as connection:
        connection.execute("UPDATE entries SET row = ? WHERE digest = ?", (row, digest(3)))
    connection.close()
    assert found_right(opened(folder), NUMBERS) == [number for number in NUMBERS if number != 3]


def test_damage_while_the_set_is_open(folder: Path) -> None:
    features = opened(folder)
    assert found_right(features, NUMBERS) == list(NUMBERS)
    (folder / "index.sqlite").write_bytes(b"x" * 9000)
    features.append(digests([20, 21]), records([20, 21]))
    assert found_right(features, [20, 21]) == [20, 21]


def test_ctrl_c_does_not_leave_the_set_locked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    features = opened(folder)
    with monkeypatch.context() as patches, pytest.raises(KeyboardInterrupt):
        patches.setattr("amalthea.transfer.features.feature_set.os.fsync", interrupted)
        features.append(digests([20]), records([20]))
    opened(folder).append(digests([21]), records([21]))
    assert found_right(features, [19, 20, 21]) == [19, 21]


def test_a_set_that_was_removed_takes_nothing_more(folder: Path) -> None:
    """Only somebody's rm does that: a store drops no set that is in use."""
    features = opened(folder)
    mapped = features.records()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    with pytest.raises(StorageError, match=f"Cannot write into {folder}: No such file .*set AMALTHEA_CACHE to another"):
        features.append(digests([20]), records([20]))
    np.testing.assert_array_equal(mapped, records(NUMBERS))


def test_a_set_that_was_removed_and_made_again_is_not_mixed_up(folder: Path) -> None:
    features = opened(folder)
    for file in folder.iterdir():
        file.unlink()
    other = opened(folder)
    other.append(digests(range(50, 60)), records(range(50, 60)))
    with pytest.raises(StorageError):
        features.append(digests([20]), records([20]))
    assert found_right(other, range(50, 60)) == list(range(50, 60))
    assert (folder / "records.bin").stat().st_size == 10 * 4 * WIDTH


@pytest.mark.parametrize("made_again", [False, True])
def test_rows_mean_what_was_stored_whatever_takes_the_place_of_the_files(made_again: bool, folder: Path) -> None:
    features = opened(folder)
    rows = features.find(digests(NUMBERS))
    shutil.rmtree(folder)
    if made_again:
        other = opened(folder)
        other.append(digests(range(50, 80)), records(range(50, 80)))
    found = features.records()[[rows[digest(number)] for number in NUMBERS]]
    np.testing.assert_array_equal(found, records(NUMBERS))


def test_records_that_were_removed_alone_take_nothing_more(folder: Path) -> None:
    features = opened(folder)
    rows = features.find(digests(NUMBERS))
    (folder / "records.bin").unlink()
    with pytest.raises(StorageError, match=r"Cannot write into .*: somebody replaced records\.bin while it was used"):
        features.append(digests([20]), records([20]))
    np.testing.assert_array_equal(features.records()[[rows[digest(3)]]], records([3]))
    assert opened(folder).append(digests([20]), records([20])) == {digest(20): 0}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=f"Cannot use {tmp_path}/file/set/in_use.sqlite: Not a directory"):
        opened(tmp_path / "file" / "set")
