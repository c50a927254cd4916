import hashlib
import json
import os
import threading
import time
from pathlib import Path

import pytest

import amalthea
from amalthea.storage import (
    cache_folder,
    digest,
    identity_of_content,
    renewed_digest,
    stamp,
    stamped,
    stamped_digest,
)

pytestmark = pytest.mark.single_backend

# Not written within the last seconds.
SETTLED = Path(amalthea.__file__).parent / "catalog" / "imagenet_classes.txt"
FALSE = "f" * 64


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stamps() -> list[Path]:
    folder = cache_folder() / "hashes"
    return list(folder.iterdir()) if folder.exists() else []


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a false stamp: only who reads the file knows its hash."""
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    stamp(path, "sha256", FALSE, path.stat())
    assert stamped_digest(path, "sha256") == FALSE
    return path


def test_digest_is_that_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    # FIPS 180-2, appendix B.1, and RFC 1321, appendix A.5.
    assert digest(path, "sha256") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest(path, "md5") == "900150983cd24fb0d6963f7d28e17f72"


def test_digest_of_a_large_file(tmp_path: Path) -> None:
    content = os.urandom(3_000_001)
    (tmp_path / "file").write_bytes(content)
    assert digest(tmp_path / "file", "sha256") == hashlib.sha256(content).hexdigest()


def test_a_file_that_stays_as_it_is_is_read_once() -> None:
    assert stamped_digest(SETTLED, "sha256") == sha256(SETTLED)
    [kept] = stamps()
    content = json.loads(kept.read_text())
    assert (content["path"], content["hash"]) == (str(SETTLED), sha256(SETTLED))
    kept.write_text(json.dumps(content | {"hash": FALSE}))
    assert stamped_digest(SETTLED, "sha256") == FALSE
    assert digest(SETTLED, "sha256") == sha256(SETTLED)


def test_each_algorithm_has_its_stamp() -> None:
    for algorithm in ("md5", "sha256", "md5"):
        assert stamped_digest(SETTLED, algorithm) == digest(SETTLED, algorithm)
    assert len(stamps()) == 2


def test_a_file_that_is_new_is_read_again(tmp_path: Path) -> None:
    """A change in the same moment might leave the same times."""
    (tmp_path / "file").write_bytes(b"abc")
    assert stamped_digest(tmp_path / "file", "sha256") == sha256(tmp_path / "file")
    assert stamps() == []


def rewrite(path: Path) -> None:
    before = path.stat()
    time.sleep(0.02)  # longer than a tick of any clock of Linux
    path.write_bytes(b"abd")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"abd")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    os.replace(other, path)


def rejuvenate(path: Path) -> None:
    """As a clock does that was set, or a copy from a machine with another one."""
    os.utime(path, ns=(0, 2**62))


@pytest.mark.parametrize("change", [rewrite, replace, rejuvenate])
def test_a_file_that_changed_is_read_again(change, file: Path) -> None:
    change(file)
    assert stamped_digest(file, "sha256") == sha256(file)


@pytest.mark.parametrize("change", [rewrite, replace, rejuvenate])
def test_a_file_that_changes_after_the_hashing_gets_no_stamp(change, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    before = path.stat()
    change(path)
    stamp(path, "sha256", FALSE, before)
    assert stamps() == []


def test_the_time_of_the_entry_may_be_left_out(file: Path) -> None:
    """It changes with whatever is noted of a file, such as its use."""
    stamp(file, "seal", FALSE, file.stat(), identity_of_content)
    time.sleep(0.02)
    os.utime(file, ns=(0, file.stat().st_mtime_ns))
    assert stamped(file, "sha256") is None
    assert stamped(file, "seal", identity_of_content) == FALSE
    file.write_bytes(b"abd")
    assert stamped(file, "seal", identity_of_content) is None


def test_a_renewed_digest_believes_no_stamp(file: Path) -> None:
    assert renewed_digest(file, "sha256") == sha256(file)
    assert stamped_digest(file, "sha256") == sha256(file)
    stamp(SETTLED, "sha256", FALSE, SETTLED.stat())
    assert renewed_digest(SETTLED, "sha256") == sha256(SETTLED)
    [kept] = stamps()
    assert json.loads(kept.read_text())["hash"] == sha256(SETTLED)


def test_another_path_has_another_stamp(file: Path) -> None:
    os.link(file, file.with_name("link"))
    assert stamped_digest(file.with_name("link"), "sha256") == sha256(file)


DAMAGED = [b"", b"{", b"null", b"[]", b'"x"', b"7", b"[" * 100_000, b"\xff", b'{"path": 1}', b"{}"]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_stamp_is_none(content: bytes, file: Path) -> None:
    [kept] = stamps()
    kept.write_bytes(content)
    assert stamped_digest(file, "sha256") == sha256(file)


@pytest.mark.parametrize("value", [None, "", 7, ["f"], {}])
def test_a_stamp_without_a_hash_is_none(value: object, file: Path) -> None:
    [kept] = stamps()
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"hash": value}))
    assert stamped_digest(file, "sha256") == sha256(file)


def test_without_a_cache_folder_the_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("AMALTHEA_CACHE", str(tmp_path / "file"))
    for _ in range(2):
        assert stamped_digest(SETTLED, "sha256") == sha256(SETTLED)


def test_many_may_stamp_at_once() -> None:
    found: list[str] = []

    def look() -> None:
        for _ in range(20):
            found.append(stamped_digest(SETTLED, "sha256"))
            stamp(SETTLED, "sha256", sha256(SETTLED), SETTLED.stat())

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [sha256(SETTLED)] * 160
    assert len(stamps()) == 1
