"""Sets of features: each key has its own, and those used longest ago make room."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from amalthea.errors import ArgumentError
from amalthea.storage import cache_folder
from amalthea.transfer.features.store import FileFeatureStore
from tests.transfer.features.feature_records import WIDTH, digests, found_right, records

pytestmark = pytest.mark.single_backend

KEYS = [letter * 64 for letter in "abcd"]
SIZE = 100 * 4 * WIDTH  # bytes of the records of one set
GIBIBYTE = 2**30


def filled(store: FileFeatureStore, key: str) -> None:
    features = store.feature_set(key, WIDTH, "float32")
    features.append(digests(range(100)), records(range(100)))


def used_long_ago(folder: Path, hours: int) -> None:
    now = folder.stat().st_mtime
    os.utime(folder, (now, now - 3600 * hours))


def kept() -> list[str]:
    return sorted(path.name for path in (cache_folder() / "features").iterdir())


def test_each_key_has_a_set_of_its_own() -> None:
    store = FileFeatureStore()
    store.feature_set(KEYS[0], WIDTH, "float32").append(digests([1]), records([1]))
    assert found_right(store.feature_set(KEYS[0], WIDTH, "float32"), [1, 2]) == [1]
    assert found_right(store.feature_set(KEYS[1], WIDTH, "float32"), [1, 2]) == []
    assert kept() == KEYS[:2]


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    filled(FileFeatureStore(tmp_path / "mine"), KEYS[0])
    assert (tmp_path / "mine" / KEYS[0] / "records.bin").stat().st_size == SIZE
    assert not cache_folder().exists()


def test_the_sets_used_longest_ago_are_dropped() -> None:
    for hours, key in enumerate(KEYS[:3]):
        filled(FileFeatureStore(), key)
        used_long_ago(cache_folder() / "features" / key, 5 - hours)
    # Using a set again makes it the youngest.
    FileFeatureStore().feature_set(KEYS[0], WIDTH, "float32")
    FileFeatureStore(limit=2.9 * SIZE / GIBIBYTE).feature_set(KEYS[3], WIDTH, "float32")
    assert kept() == [KEYS[0], KEYS[3]]


def test_the_limit_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in KEYS[:2]:
        filled(FileFeatureStore(), key)
    monkeypatch.setenv("AMALTHEA_FEATURES_LIMIT", "0.1")
    FileFeatureStore().feature_set(KEYS[2], WIDTH, "float32")
    assert kept() == KEYS[:3]
    monkeypatch.setenv("AMALTHEA_FEATURES_LIMIT", "0")
    FileFeatureStore().feature_set(KEYS[2], WIDTH, "float32")
    assert kept() == KEYS[2:3]


def test_a_set_in_use_is_not_dropped() -> None:
    store = FileFeatureStore()
    filled(store, KEYS[0])
    used = store.feature_set(KEYS[0], WIDTH, "float32")
    FileFeatureStore(limit=0).feature_set(KEYS[1], WIDTH, "float32")
    assert kept() == KEYS[:2]
    assert found_right(used, range(100)) == list(range(100))
    del used
    FileFeatureStore(limit=0).feature_set(KEYS[2], WIDTH, "float32")
    assert kept() == [KEYS[2]]


def test_a_set_that_another_process_uses_is_not_dropped() -> None:
    filled(FileFeatureStore(), KEYS[0])
    program = (
        "import sys; from amalthea.transfer.features.store import FileFeatureStore\n"
        f"used = FileFeatureStore().feature_set({KEYS[0]!r}, {WIDTH}, 'float32')\n"
        "print(flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", program], **pipes) as process:
        process.stdout.readline()
        FileFeatureStore(limit=0).feature_set(KEYS[1], WIDTH, "float32")
        assert kept() == KEYS[:2]
        process.kill()
        process.wait()
    FileFeatureStore(limit=0).feature_set(KEYS[1], WIDTH, "float32")
    assert kept() == [KEYS[1]]


def everything(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def test_what_belongs_to_others_is_neither_counted_nor_touched(tmp_path: Path) -> None:
    """Somebody's whole disk may be the folder."""
    foreign = ["notes.txt", "thesis/chapter.txt", "thesis/in_use.sqlite", f"{KEYS[2]}/picture.png", "e" * 64]
    foreign += [f"{KEYS[3].upper()}/in_use.sqlite", f"{KEYS[3]}0/in_use.sqlite", f"{'g' * 64}/in_use.sqlite"]
    for name in foreign:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * 10 * SIZE)
    before = everything(tmp_path)
    filled(FileFeatureStore(tmp_path), KEYS[0])
    # What others keep is larger than the limit.
    FileFeatureStore(tmp_path, limit=5 * SIZE / GIBIBYTE).feature_set(KEYS[1], WIDTH, "float32")
    assert (tmp_path / KEYS[0]).exists()
    FileFeatureStore(tmp_path, limit=0).feature_set(KEYS[1], WIDTH, "float32")
    assert not (tmp_path / KEYS[0]).exists()
    assert {name: size for name, size in everything(tmp_path).items() if KEYS[1] not in name} == before


def test_a_broken_set_does_no_harm() -> None:
    folder = cache_folder() / "features"
    (folder / KEYS[0] / "records.bin").mkdir(parents=True)
    (folder / KEYS[0] / "in_use.sqlite").write_bytes(b"x" * 9000)
    FileFeatureStore(limit=0).feature_set(KEYS[1], WIDTH, "float32")
    assert kept()[-1] == KEYS[1]


@pytest.mark.parametrize("limit", [-1, "much", float("nan"), [1]])
def test_wrong_limits(limit: object, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError, match=r"limit=.*; allowed is a number of GiB \(2\*\*30 bytes\)"):
        FileFeatureStore(limit=limit)
    monkeypatch.setenv("AMALTHEA_FEATURES_LIMIT", str(limit))
    with pytest.raises(ArgumentError, match=r"AMALTHEA_FEATURES_LIMIT=.*; allowed is a number of GiB"):
        FileFeatureStore()
