"""Graphs, compiled networks and trainings share one limit."""

import os
import time
from pathlib import Path

import pytest

from amalthea.errors import ArgumentError
from amalthea.storage import COMPILED, GRAPHS, TRAININGS, CachedFiles, drop_oldest, note_use, room

pytestmark = pytest.mark.single_backend

DAY = 24 * 3600.0


def entry(kind: CachedFiles, number: int, days_ago: float) -> Path:
    path = kind.folder / f"{number:064x}.bin"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(1000))
    moment = time.time() - days_ago * DAY
    os.utime(path, (moment, moment))
    return path


@pytest.fixture
def entries(home: Path) -> list[Path]:
    """Of all kinds, the oldest first."""
    kinds = (TRAININGS, GRAPHS, COMPILED, TRAININGS, GRAPHS)
    return [entry(kind, number, days_ago=9 - number) for number, kind in enumerate(kinds)]


def test_the_oldest_of_any_kind_makes_room(entries: list[Path]) -> None:
    drop_oldest(5000)
    assert all(path.exists() for path in entries)
    note_use(entries[0])
    drop_oldest(3500)
    assert [path.exists() for path in entries] == [True, False, False, True, True]
    drop_oldest(0)
    assert [path.exists() for path in entries] == [True, False, False, False, False]  # used a moment ago


def test_what_nobody_wants_any_more_goes(entries: list[Path]) -> None:
    old = [entry(kind, 99, days_ago=31) for kind in (GRAPHS, COMPILED, TRAININGS)]
    stranger = TRAININGS.folder / "notes.txt"
    stranger.write_text("not ours")
    os.utime(stranger, (0, 0))
    drop_oldest(room())
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in [*entries, stranger])


def test_how_much_room_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert room() == 4 * 2**30
    monkeypatch.setenv("AMALTHEA_CACHE_SIZE", "0.5")
    assert room() == 2**29
    monkeypatch.setenv("AMALTHEA_CACHE_SIZE", "plenty")
    with pytest.raises(ArgumentError, match="AMALTHEA_CACHE_SIZE='plenty'; allowed is a number of GiB"):
        room()
