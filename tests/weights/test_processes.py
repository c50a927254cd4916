"""Several processes that want the same file, and processes that are killed: never a wrong file under the name."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from amalthea.storage import digest, models_folder
from tests.weights.file_server import FileServer, Serve

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork, by which many processes start at once"),
]

ROOT = Path(__file__).parents[2]
CONTENT = hashlib.shake_128(b"weights").digest(3_000_000)
OTHER = hashlib.shake_128(b"older weights").digest(2_000_000)


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def run(mode: str, *addresses: str) -> list[str]:
    """The lines that the processes printed."""
    command = [sys.executable, "-m", "tests.weights.processes", mode, *addresses]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert (answer.returncode, answer.stderr) == (0, "")
    return answer.stdout.splitlines()


def in_models_folder() -> list[str]:
    return sorted(path.name for path in models_folder().iterdir())


def test_of_eight_processes_one_downloads(serve: Serve) -> None:
    server = FileServer(CONTENT, pause=0.005)
    address = f"{serve(server)}/vgg.h5#{md5(CONTENT)}"
    assert run("together", *[address] * 8) == [str(models_folder() / "vgg.h5")] * 8
    assert len(server.asked) == 1
    assert (models_folder() / "vgg.h5").read_bytes() == CONTENT
    assert in_models_folder() == ["vgg.h5"]


def test_eight_processes_share_a_connection_that_breaks(serve: Serve) -> None:
    server = FileServer(CONTENT, cuts=[1_000_000, 0, 1_000_000])
    address = f"{serve(server)}/vgg.h5#{md5(CONTENT)}"
    assert run("together", *[address] * 8) == [str(models_folder() / "vgg.h5")] * 8
    assert len(server.asked) == 4
    assert in_models_folder() == ["vgg.h5"]


def test_two_files_of_one_official_name_never_overwrite_each_other(serve: Serve) -> None:
    """As Keras 2 and Keras 3 have them for ResNet50; each is wanted by four processes at once."""
    contents = {md5(CONTENT): CONTENT, md5(OTHER): OTHER}
    addresses = [f"{serve(FileServer(content))}/resnet50.h5#{known}" for known, content in contents.items()]
    paths = run("together", *addresses * 4)
    assert len(paths) == 8
    names = in_models_folder()
    assert set(paths) == {str(models_folder() / name) for name in names}
    assert len(names) == 2
    assert "resnet50.h5" in names
    found = {digest(models_folder() / name, "md5"): name for name in names}
    assert set(found) == set(contents)
    [second] = [known for known, name in found.items() if name != "resnet50.h5"]
    assert found[second] == f"resnet50.{second[:8]}.h5"


@pytest.mark.parametrize("validators", [{"ETag": '"first"'}, {}], ids=["resumable", "not resumable"])
def test_locks_that_only_pretend_poison_nothing(validators: dict[str, str], serve: Serve) -> None:
    """As some network file systems have them. That is the one thing here that has to be played."""
    server = FileServer(CONTENT, validators, pause=0.002)
    address = f"{serve(server)}/vgg.h5#{md5(CONTENT)}"
    lines = run("together-without-locks", *[address] * 8)
    assert lines == [str(models_folder() / "vgg.h5")] * 8
    assert (models_folder() / "vgg.h5").read_bytes() == CONTENT


def test_without_a_lock_each_has_a_name_of_its_own(serve: Serve) -> None:
    """A folder in the place of the lock is one that nobody can take."""
    (models_folder() / ".vgg.h5.lock").mkdir(parents=True)
    server = FileServer(CONTENT, pause=0.005)
    address = f"{serve(server)}/vgg.h5#{md5(CONTENT)}"
    assert run("together", *[address] * 8) == [str(models_folder() / "vgg.h5")] * 8
    assert (models_folder() / "vgg.h5").read_bytes() == CONTENT
    assert in_models_folder() == [".vgg.h5.lock", "vgg.h5"]


def test_processes_that_are_killed_leave_what_the_next_one_can_use(serve: Serve) -> None:
    server = FileServer(CONTENT, pause=0.002)
    finished = run("killed", f"{serve(server)}/vgg.h5#{md5(CONTENT)}")
    assert set(finished) == {str(models_folder() / "vgg.h5")}
    assert (models_folder() / "vgg.h5").read_bytes() == CONTENT
    assert in_models_folder() == ["vgg.h5"]
    continued = [wanted for wanted in server.ranges if wanted]
    assert len(continued) > 5, "the kills missed the downloads"
    assert len(finished) < len(server.asked), "no download was killed"


def test_a_process_that_is_killed_while_the_disk_writes_loses_nothing(serve: Serve) -> None:
    """That takes seconds for a large file. A signal at that moment is played by a process that kills itself."""
    server = FileServer(CONTENT)
    address = f"{serve(server)}/vgg.h5#{md5(CONTENT)}"
    assert run("killed-at-fsync", address) == []
    assert in_models_folder() == [".vgg.h5.lock", "vgg.h5.part", "vgg.h5.part.json"]
    assert run("together", address) == [str(models_folder() / "vgg.h5")]
    assert len(server.asked) == 1
    assert in_models_folder() == ["vgg.h5"]


def test_a_process_that_is_killed_when_the_file_has_its_name_leaves_no_part(serve: Serve) -> None:
    server = FileServer(CONTENT)
    address = f"{serve(server)}/vgg.h5#{md5(CONTENT)}"
    assert run("killed-at-link", address) == []
    assert in_models_folder() == [".vgg.h5.lock", "vgg.h5", "vgg.h5.part", "vgg.h5.part.json"]
    assert run("together", address) == [str(models_folder() / "vgg.h5")]
    assert len(server.asked) == 1
    assert in_models_folder() == ["vgg.h5"]


def test_what_the_dead_left_under_hidden_names_is_removed(serve: Serve) -> None:
    """Of two days ago; what was written just now may be another process's."""
    models_folder().mkdir(parents=True)
    old = [".vgg.h5.0123456789abcdef", ".vgg.h5.0123456789abcdef.part", ".vgg.h5.0123456789abcdef.part.json"]
    kept = [".vgg.h5.fedcba9876543210.part", ".vgg.h5.mine", ".vgg16.h5.0123456789abcdef"]
    for name in (*old, *kept):
        (models_folder() / name).touch()
    for name in (*old, *kept[1:]):
        os.utime(models_folder() / name, (time.time() - 2 * 24 * 60 * 60,) * 2)
    assert run("together", f"{serve(FileServer(CONTENT))}/vgg.h5#{md5(CONTENT)}") == [str(models_folder() / "vgg.h5")]
    assert in_models_folder() == sorted([*kept, "vgg.h5"])
