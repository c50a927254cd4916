"""Paths in little memory are those that were given."""

import copy
import os
import pickle
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from amalthea.images.paths import Paths, compact

pytestmark = pytest.mark.single_backend

GIVEN = [
    Path("cats/tom.jpg"),
    Path("/cats/tom.jpg"),
    Path("cats/Käthe 猫.jpg"),
    Path("tom.jpg"),
    Path("/"),
    Path("."),
    Path("cats/deep/tom.jpg"),
    Path(os.fsdecode(b"cats/\xff\xfe\n.jpg")),
    Path("cats/tom.jpg"),
]


def test_they_are_as_they_were_given() -> None:
    paths, given = Paths(map(str, GIVEN)), list(GIVEN)
    assert list(paths) == GIVEN
    assert paths == given and given == paths and paths == Paths(GIVEN)
    assert [paths[-1], paths[np.int64(2)]] == [GIVEN[-1], GIVEN[2]]
    assert paths[1:8:3] == GIVEN[1:8:3] and paths[:0] == []
    assert repr(paths) == f"Paths({GIVEN})"
    assert GIVEN[4] in paths and paths.index(GIVEN[3]) == 3 and paths.count(GIVEN[0]) == 2
    for index in (9, -10):
        with pytest.raises(IndexError):
            paths[index]


def test_others_are_not_equal() -> None:
    paths = Paths(GIVEN)
    assert paths != GIVEN[1:]
    assert paths != [*GIVEN[:-1], Path("cats/tim.jpg")]
    assert paths != len(GIVEN)
    assert paths != list(map(str, GIVEN))


def test_some_of_them_and_others_with_them() -> None:
    paths = Paths(GIVEN)
    assert paths.take([8, 2, 2]).take(np.array([1, 0])) == [GIVEN[2], GIVEN[8]]
    assert paths.take([]) == []
    assert paths[5:].take([0]) + GIVEN[:2] == [GIVEN[5], *GIVEN[:2]]
    assert paths == GIVEN


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda paths: pickle.loads(pickle.dumps(paths))])
def test_copies(copied) -> None:
    assert copied(Paths(GIVEN)[3:]) == GIVEN[3:]


def test_what_is_compact_already_stays() -> None:
    paths = Paths(GIVEN)
    assert compact(paths) is paths
    assert compact(GIVEN) == GIVEN


def test_twenty_thousand_take_little_memory() -> None:
    tracemalloc.start()
    paths = Paths(f"/home/somebody/pictures/{number % 3}/{number:08}.jpg" for number in range(20_000))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(paths) == 20_000
    assert taken < 50 * 20_000  # a list takes more than 300 bytes a path
