"""A look at the kept features, and away with those that nobody uses."""

import subprocess
import sys
from pathlib import Path

import pytest

from amalthea.storage import cache_folder
from amalthea.transfer.features.store import FileFeatureStore
from tests.transfer.features.feature_records import WIDTH
from tests.transfer.features.test_store import KEYS, SIZE, filled, kept

pytestmark = pytest.mark.single_backend

USER = """
import sys
from amalthea.transfer.features.store import FileFeatureStore
features = FileFeatureStore().feature_set(sys.argv[1], int(sys.argv[2]), "float32")
print("open", flush=True)
sys.stdin.read()
"""


def test_what_is_there(home: Path) -> None:
    folder = cache_folder() / "features"
    assert FileFeatureStore().contents() == FileFeatureStore().clear() == ("features", 0, 0, folder)
    for key in KEYS[:2]:
        filled(FileFeatureStore(), key)
    (folder / "notes").mkdir()
    kind, entries, size, where = FileFeatureStore().contents()
    assert (kind, entries, where) == ("features", 2, folder)
    assert size == sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) > 2 * SIZE


def test_clearing_leaves_what_is_not_ours() -> None:
    folder = cache_folder() / "features"
    for key in KEYS[:2]:
        filled(FileFeatureStore(), key)
    for stranger in ("notes", KEYS[2]):
        (folder / stranger).mkdir()
        (folder / stranger / "notes.txt").write_text("not ours")
    assert FileFeatureStore().clear()[:2] == ("features", 2)
    assert kept() == [KEYS[2], "notes"]
    assert (folder / KEYS[2] / "notes.txt").read_text() == "not ours"


def test_what_a_process_uses_stays() -> None:
    for key in KEYS[:2]:
        filled(FileFeatureStore(), key)
    command = [sys.executable, "-c", USER, KEYS[0], str(WIDTH)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as user:
        assert user.stdout.readline() == "open\n"
        assert FileFeatureStore().clear().entries == 1
        assert kept() == [KEYS[0]]
        user.communicate("")
    assert FileFeatureStore().clear().entries == 1
    assert kept() == []
