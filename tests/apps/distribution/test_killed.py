"""A run that ends at any moment, in any way, goes on by the same call, and each shard is there once."""

import errno
import os
import re
import signal
import sys
import time

import pytest

import amalthea
from amalthea.errors import StorageError
from tests.apps.commands import call, started

parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")

from tests.apps.distribution.pictures import copy_photographs  # noqa: E402
from tests.apps.distribution.runs import ended, everything, parts  # noqa: E402

pytestmark = pytest.mark.single_backend

RECORDS = "_run/done/[0-9]*.json"  # those that are being written begin with a dot

# Kill -9 when a file of this name is about to appear, or has just appeared.
KILL = """
replace = os.replace
def replace_or_die(source, target):
    ours = Path(target).match({name!r})
    if ours and {before}: os.kill(os.getpid(), signal.SIGKILL)
    replace(source, target)
    if ours: os.kill(os.getpid(), signal.SIGKILL)
os.replace = replace_or_die
"""


@pytest.fixture(scope="module")
def photographs(test_data, tmp_path_factory):
    return copy_photographs(test_data, tmp_path_factory.mktemp("pictures") / "photographs")


@pytest.fixture(scope="module")
def whole(small_network, photographs, tmp_path_factory):
    """All files of a run that nothing disturbs, of three shards."""
    out = tmp_path_factory.mktemp("whole")
    amalthea.distribute(photographs, small_network, out=out, shard_size=3)
    return everything(out)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    ("name", "before", "left"),
    [
        ("network.onnx", False, 3),
        ("manifest.json", True, 3),
        ("part-00001.parquet", True, 2),
        ("part-00001.parquet", False, 2),
        ("_failures/part-*.parquet", False, 1),
        ("done/00001.json", False, 1),
    ],
)
def test_kill_9_between_any_two_steps(name, before, left, whole, small_network, photographs, tmp_path):
    out = tmp_path / "out"
    trap = KILL.format(name=name, before=before)
    killed = ended(photographs, trap, model=small_network, out=out, shard_size=3, threads=1)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if before:
        assert [path for path in out.rglob("*") if re.search(r"\b[0-9a-f]{16}\.", path.name)]  # what it left behind
        assert all(parquet.read_metadata(path).num_rows for path in out.glob("*.parquet")), "half a table, to a reader"
    done = amalthea.distribute(photographs, small_network, out=out, shard_size=3)
    assert (done.computed, done.rows, done.failures) == (left, 8, 1)
    assert everything(out) == whole


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_kill_9_out_of_the_blue_and_control_c(small_network, test_data, tmp_path):
    pets, out = test_data / "pets" / "validation", tmp_path / "out"
    command = ["predict", pets, "--model", small_network, "--out", out, "--shard-size", 10, "--threads", 1]
    for number, end in enumerate((signal.SIGKILL, signal.SIGINT), 1):
        with started(*command) as process:
            wait_for(lambda: len(list(out.glob(RECORDS))) >= 3 * number, process)  # noqa: B023
            process.send_signal(end)
            _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr == "Stopped. Finished shards are kept: the same command goes on from there.\n"
    finished = {path: path.stat().st_mtime_ns for path in out.glob(RECORDS)}
    assert 6 <= len(finished) < 15
    answer = call(*command)
    assert answer.exit_code == 0, answer.stderr
    assert f"150 pictures in 15 shards, of which {len(finished)} were finished before" in answer.stdout
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    paths = [row["path"] for row in parts(out)]
    assert paths == [str(path) for path in sorted(pets.rglob("*.jpg"))]


def wait_for(condition, process):
    end = time.monotonic() + 60
    while not condition():
        assert process.poll() is None and time.monotonic() < end, process.stderr.read()
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of a file")
def test_a_full_disk_is_told_and_the_run_goes_on_later(whole, small_network, photographs, tmp_path):
    """The system itself refuses to write more, in the middle of a file."""
    out = tmp_path / "out"
    trap = (
        "import resource\n"
        "from amalthea.apps.distribution import plan\n"
        "planned = plan.planned\n"
        "def full(*arguments):\n"
        "    found = planned(*arguments)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))\n"
        "    return found\n"
        "plan.planned = full"
    )
    stopped = ended(photographs, trap, model=small_network, out=out, shard_size=3, threads=1)
    assert stopped.returncode == 1
    message = stopped.stderr.splitlines()[-1]
    assert message.startswith(
        f"amalthea.errors.StorageError: Cannot write into {out / '_run' / 'writing'}: File too large. Make room"
    )
    assert [path.name for path in out.iterdir()] == ["_run"]
    assert not list(out.glob("_run/done/*")) and not list(out.glob("_run/writing/*"))
    assert amalthea.distribute(photographs, small_network, out=out, shard_size=3).computed == 3
    assert everything(out) == whole


def test_a_disk_that_is_full_when_all_is_written(whole, small_network, photographs, tmp_path, monkeypatch):
    """As disks of other machines tell it: only when what was written shall outlive a power cut."""
    out, synchronised = tmp_path / "out", os.fsync

    def full(number):
        if list(out.glob("part-00001.parquet")):
            raise OSError(errno.ENOSPC, "No space left on device")
        synchronised(number)

    words = f"Cannot write into {out / '_run' / 'done'}: No space left on device. Make room"
    with monkeypatch.context() as disk, pytest.raises(StorageError, match=words):
        disk.setattr("os.fsync", full)
        amalthea.distribute(photographs, small_network, out=out, shard_size=3)
    assert amalthea.distribute(photographs, small_network, out=out, shard_size=3).computed == 2
    assert everything(out) == whole
