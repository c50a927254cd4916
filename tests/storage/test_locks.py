import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from amalthea.errors import StorageError
from amalthea.storage import exclusive

pytestmark = pytest.mark.single_backend

HOLD = (
    "import sys, time; from pathlib import Path; from amalthea.storage import exclusive\n"
    "with exclusive(Path(sys.argv[1])) as alone:\n"
    "    print(alone, flush=True); sys.stdin.read()"
)


def hold(path: Path) -> subprocess.Popen:
    """A process that holds a lock until its input ends."""
    command = [sys.executable, "-c", HOLD, str(path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "True\n"
    return process


def test_the_folder_is_made_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "lock"
    with exclusive(path) as alone:
        assert alone
        assert path.exists()
    assert list(path.parent.iterdir()) == []


def test_another_process_waits(tmp_path: Path) -> None:
    path, entered = tmp_path / "lock", threading.Event()

    def enter() -> None:
        with exclusive(path) as alone:
            assert alone
            entered.set()

    with hold(path) as process:
        waiting = threading.Thread(target=enter)
        waiting.start()
        assert not entered.wait(0.3)
        process.stdin.close()
        waiting.join()
    assert entered.is_set()
    assert not path.exists()


def test_who_shall_not_wait_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with hold(path) as process:
        told = pytest.raises(StorageError, match=f"Another process is at work in {tmp_path}. Wait until it has ended")
        with told, exclusive(path, wait=False):
            pass
        process.stdin.close()
    with exclusive(path, wait=False) as alone:
        assert alone


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with hold(path) as process:
        process.send_signal(signal.SIGKILL)
    assert path.exists(), "it was not killed inside"
    with exclusive(path) as alone:
        assert alone


def test_one_at_a_time_among_many(tmp_path: Path) -> None:
    """Also while the file of the lock comes and goes."""
    inside, most = [], []

    def enter() -> None:
        for _ in range(5):
            with exclusive(tmp_path / "lock") as alone:
                inside.append(alone)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 40


@pytest.mark.parametrize("obstacle", ["folder", "file above"])
def test_a_lock_that_cannot_be_taken_is_said(obstacle: str, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    if obstacle == "folder":
        path.mkdir()
    else:
        path.touch()
        path = path / "lock"
    with exclusive(path) as alone:
        assert not alone


@pytest.mark.parametrize("takeable", [True, False])
def test_errors_of_the_block_pass(takeable: bool, tmp_path: Path) -> None:
    problem = OSError("mine")
    if not takeable:
        (tmp_path / "lock").mkdir()
    with pytest.raises(OSError, match="mine") as caught, exclusive(tmp_path / "lock"):
        raise problem
    assert caught.value is problem
    assert caught.value.__context__ is None
    assert os.path.isdir(tmp_path / "lock") != takeable
