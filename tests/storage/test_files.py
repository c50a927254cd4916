import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from amalthea.errors import StorageError
from amalthea.storage import atomic_file

pytestmark = pytest.mark.single_backend

SETTING = "AMALTHEA_CACHE"


def test_file_appears_with_its_folders_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folders" / "file.bin"
    with atomic_file(path, setting=SETTING) as temporary:
        assert temporary.parent == path.parent
        assert temporary.suffix == ".bin"
        temporary.write_bytes(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert list(path.parent.iterdir()) == [path]


def test_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with atomic_file(tmp_path / "atomic", setting=SETTING):
        pass
    assert (tmp_path / "atomic").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("problem", [RuntimeError("mine"), KeyboardInterrupt(), FileNotFoundError(2, "mine", "other")])
def test_error_leaves_the_old_file_and_nothing_else(problem: BaseException, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(type(problem)) as caught, atomic_file(path, setting=SETTING) as temporary:
        temporary.write_bytes(b"half")
        raise problem
    assert caught.value is problem
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_killed_process_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    program = (
        "import os, signal, sys; from pathlib import Path; from amalthea.storage import atomic_file\n"
        "with atomic_file(Path(sys.argv[1]), setting='X') as temporary:\n"
        "    temporary.write_bytes(b'half'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    process = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert process.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


def test_readers_see_one_whole_file_while_many_write(tmp_path: Path) -> None:
    path = tmp_path / "file"
    contents = [bytes([number]) * 100_000 for number in range(8)]

    def write(content: bytes) -> None:
        for _ in range(10):
            with atomic_file(path, setting=SETTING) as temporary:
                temporary.write_bytes(content)

    write(contents[0])
    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    seen = set()
    while any(thread.is_alive() for thread in threads):
        seen.add(path.read_bytes())
    assert seen <= set(contents)
    assert list(tmp_path.iterdir()) == [path]


def test_folder_that_cannot_be_made_is_named_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "below"
    expected = f"Cannot write into {folder}: Not a directory.*set AMALTHEA_CACHE to another folder"
    with pytest.raises(StorageError, match=expected), atomic_file(folder / "name", setting=SETTING):
        pytest.fail("there is nothing to write to")


def test_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "name").mkdir()
    expected = f"Cannot write into {tmp_path}: Is a directory.*set KERAS_HOME"
    with pytest.raises(StorageError, match=expected), atomic_file(tmp_path / "name", setting="KERAS_HOME"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["name"]


def test_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files, which is what a full disk is to a program."""
    program = (
        "import resource, sys; from pathlib import Path; from amalthea.storage import atomic_file\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "with atomic_file(Path(sys.argv[1]), setting='AMALTHEA_CACHE') as temporary:\n"
        "    temporary.write_bytes(bytes(2000))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "file")]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert f"StorageError: Cannot write into {tmp_path}: File too large. Make room" in process.stderr
    assert list(tmp_path.iterdir()) == []
