"""A folder that is in use stays, also when another one takes its place while it is being marked."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from amalthea.errors import StorageError
from amalthea.transfer.features import in_use

pytestmark = pytest.mark.single_backend


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One that somebody used."""
    in_use.hold(tmp_path / "set").close()
    return tmp_path / "set"


def free(folder: Path) -> bool:
    with in_use.unused(folder) as answer:
        return answer


def removed_between(monkeypatch: pytest.MonkeyPatch, folder: Path, times: int, made_again: bool = False) -> None:
    """What happens to the folder after the next openings of its mark, before it can be locked."""
    original, left = in_use.open_database, [None] * times

    def opened(*arguments: Any, **keywords: Any) -> sqlite3.Connection:
        connection = original(*arguments, **keywords)
        if left:
            left.pop()
            shutil.rmtree(folder)
            if made_again:
                original(*arguments, **keywords).close()
        return connection

    monkeypatch.setattr(in_use, "open_database", opened)


def test_a_held_folder_is_not_free(folder: Path) -> None:
    assert free(folder)
    first, second = in_use.hold(folder), in_use.hold(folder)
    assert not free(folder)
    first.close()
    assert not free(folder)
    second.close()
    assert free(folder)


@pytest.mark.parametrize("made_again", [False, True])
def test_the_folder_that_is_there_is_held(made_again: bool, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removed_between(monkeypatch, folder, 1, made_again)
    connection = in_use.hold(folder)
    assert (folder / "in_use.sqlite").exists()
    assert not free(folder)
    connection.close()
    assert free(folder)


def test_a_folder_that_never_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removed_between(monkeypatch, folder, 100)
    with pytest.raises(StorageError, match=r"in_use\.sqlite: others remove it again and again\. .*AMALTHEA_CACHE"):
        in_use.hold(folder)


def test_a_folder_made_again_is_not_free(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever made it may be using it."""
    removed_between(monkeypatch, folder, 1, made_again=True)
    assert not free(folder)
    assert free(folder)


def test_asking_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    assert not free(tmp_path / "thesis")
    assert not free(tmp_path / "nothing")
    assert [path.name for path in tmp_path.rglob("*")] == ["thesis"]
