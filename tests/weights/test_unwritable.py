"""Folders that cannot be written and disks that are full: a clear error, and nothing is left."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from amalthea.catalog import WeightFile
from amalthea.errors import StorageError
from amalthea.storage import models_folder
from amalthea.weights import copy_weights, find_weights
from tests.weights.file_server import FileServer, Serve
from tests.weights.small_files import write_small_h5

pytestmark = pytest.mark.single_backend

ROOT = Path(__file__).parents[2]
CONTENT = hashlib.shake_128(b"weights").digest(5_000_000)
FILE = WeightFile(name="vgg.h5", top=True, size=224, url="http://x/vgg/vgg.h5", md5=hashlib.md5(CONTENT).hexdigest())


@pytest.fixture(autouse=True)
def mirror(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(FileServer(CONTENT)))


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system of 4 MB, which holds Keras' folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mounted("-t", "tmpfs", "-o", "size=4m", "tmpfs", folder):
        pytest.skip("only root can mount a small file system, and not everywhere")
    monkeypatch.setenv("KERAS_HOME", str(folder))
    yield folder
    subprocess.run(["umount", folder], check=True)


def mounted(*arguments: object) -> bool:
    try:
        return subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def test_a_full_disk_is_left_as_it_was(small_disk: Path) -> None:
    expected = f"Cannot write into {models_folder()}: No space left on device. Make room or .* set KERAS_HOME"
    with pytest.raises(StorageError, match=expected):
        find_weights(FILE)
    assert list(models_folder().iterdir()) == []
    assert mounted("-o", "remount,size=8m", small_disk)
    assert find_weights(FILE).read_bytes() == CONTENT


def test_a_quota_is_a_full_disk() -> None:
    """A limit on the size of files, which any user can set."""
    program = (
        "import resource; from tests.weights.test_unwritable import FILE; from amalthea.weights import find_weights\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))\n"
        "find_weights(FILE)"
    )
    process = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert f"StorageError: Cannot write into {models_folder()}: File too large" in process.stderr
    assert list(models_folder().iterdir()) == []


def test_a_copy_that_does_not_fit_leaves_nothing(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FILE.name).write_bytes(CONTENT)
    monkeypatch.setenv("AMALTHEA_WEIGHTS", str(tmp_path))
    with pytest.raises(StorageError, match=f"Cannot write into {small_disk}/usb: No space left.*name another"):
        copy_weights(FILE, small_disk / "usb")
    assert list((small_disk / "usb").iterdir()) == []


def test_a_read_only_disk_is_named_and_what_it_holds_serves(small_disk: Path) -> None:
    unhashed = WeightFile(name="mobilenet.h5", top=True, size=224, url="http://x/mobilenet.h5")
    models_folder().mkdir()
    write_small_h5(models_folder() / unhashed.name)
    assert mounted("-o", "remount,ro", small_disk)
    with pytest.raises(StorageError, match=f"Cannot write into {models_folder()}: Read-only file system"):
        find_weights(FILE)
    assert find_weights(unhashed) == models_folder() / unhashed.name
    assert [path.name for path in models_folder().iterdir()] == [unhashed.name]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named() -> None:
    models_folder().mkdir(parents=True)
    models_folder().chmod(0o555)
    with pytest.raises(StorageError, match=f"Cannot write into {models_folder()}: Permission denied"):
        find_weights(FILE)
    assert list(models_folder().iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file" / "keras"))
    with pytest.raises(StorageError, match=f"Cannot write into {tmp_path}/file/keras/models: .* set KERAS_HOME"):
        find_weights(FILE)
    with pytest.raises(StorageError, match=f"Cannot write into {tmp_path}/file/usb: .*, or name another folder"):
        copy_weights(FILE, tmp_path / "file" / "usb")
