"""Only files of ours are seen, and only those are removed."""

import os
import re
import time
from pathlib import Path

import pytest

from amalthea.storage import HASHES, CachedFiles, atomic_file, cache_folder, file_digests, stamped_digest

pytestmark = pytest.mark.single_backend

NOTES = CachedFiles("notes", re.compile(r"[0-9]+\.txt"))
STRANGERS = ("a.txt", "1.txt.bak", "x1.txt", ".1.0123456789abcde.txt", "12", "1.txt~")


@pytest.fixture
def folder(home: Path) -> Path:
    """Two files of ours, and some of somebody else's."""
    folder = cache_folder() / "notes"
    folder.mkdir(parents=True)
    (folder / "1.txt").write_bytes(bytes(1000))
    (folder / "20.txt").write_bytes(bytes(234))
    for name in STRANGERS:
        (folder / name).write_text("not ours")
    (folder / "3.txt").mkdir()
    (folder / "3.txt" / "4.txt").write_text("not ours either")
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_is_there(folder):
    assert NOTES.contents() == ("notes", 2, 1234, folder)
    assert {path.name for path in NOTES.files()} == {"1.txt", "20.txt"}


def test_clearing_leaves_what_is_not_ours(folder):
    assert NOTES.clear() == ("notes", 2, 1234, folder)
    assert names(folder) == {*STRANGERS, "3.txt"}
    assert (folder / "3.txt" / "4.txt").read_text() == "not ours either"
    assert NOTES.clear() == NOTES.contents() == ("notes", 0, 0, folder)


def test_a_link_is_not_followed(folder, tmp_path):
    (tmp_path / "precious.txt").write_text("precious")
    (folder / "5.txt").symlink_to(tmp_path / "precious.txt")
    NOTES.clear()
    assert (tmp_path / "precious.txt").read_text() == "precious"
    assert (folder / "5.txt").is_symlink()


def test_what_killed_processes_left_goes_and_what_is_being_written_stays(folder):
    with atomic_file(folder / "7.txt", setting="AMALTHEA_CACHE") as temporary:
        temporary.write_bytes(bytes(77))
        assert NOTES.contents().entries == 2
        old = folder / ".8.0123456789abcdef.txt"
        old.write_bytes(bytes(8))
        day_ago = time.time() - 24 * 3600
        os.utime(old, (day_ago, day_ago))
        assert NOTES.clear() == ("notes", 3, 1242, folder)
    assert names(folder) == {*STRANGERS, "3.txt", "7.txt"}


def test_who_has_opened_a_file_reads_on(folder):
    with (folder / "1.txt").open("rb") as file:
        NOTES.clear()
        assert len(file.read()) == 1000


def test_no_folder(home):
    assert NOTES.contents() == NOTES.clear() == ("notes", 0, 0, cache_folder() / "notes")
    cache_folder().mkdir()
    (cache_folder() / "notes").write_text("a file in its place")
    assert NOTES.contents().entries == 0


def test_hashes_are_all_seen():
    path = Path(__file__)  # older than the two seconds for which no hash is kept
    stamped_digest(path, "md5")
    file_digests([path])
    folder = cache_folder() / "hashes"
    assert len(names(folder)) == 2
    assert HASHES.contents() == ("hashes", 2, sum(file.stat().st_size for file in folder.iterdir()), folder)
    assert HASHES.clear().entries == 2
    assert names(folder) == set()
    [again] = file_digests([path])
    assert again.hex() == stamped_digest(path, "sha256")
