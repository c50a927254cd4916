"""Whatever dies on a cluster of two nodes, the rows are those that one process writes."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("ray")

import amalthea as package
from tests.apps.commands import call
from tests.apps.distribution.ray.runs import (
    amalthea,
    assert_same_answers,
    finished_files,
    records,
    running,
    table,
    wait_for,
)

pytestmark = pytest.mark.single_backend

SHARDS = 40  # of 120 pictures
SHARDED = ["--shard-size", 3]
RECORDS = "_run/done/[0-9]*.json"
WORKED_ON = "_run/done/.*.tries"


def one_process(*arguments):
    """What the engine of this process writes."""
    return call(*arguments, "--engine", "local", "--threads", 1)


def assert_quiet(told, errors):
    """What was written, and how many pictures cannot be used; nothing of Ray."""
    assert re.fullmatch(rf"Written: .*, 116 pictures in {SHARDS} shards.*\n", told), told
    assert re.fullmatch(r"Warning: 4 of 120 pictures cannot be used: .*\n", errors), errors


@pytest.fixture(scope="module")
def expected(tmp_path_factory, small_network, pictures):
    folder = tmp_path_factory.mktemp("expected") / "answers"
    answer = one_process("predict", pictures, "--model", small_network, "--out", folder, *SHARDED)
    assert len(records(folder)) == SHARDS, answer.output
    assert len(table(folder, "failures")) == 4
    return folder


def planned_alike(expected, folder):
    """The folder of a run that was planned as another one was, and not begun: its command builds no network again."""
    done = shutil.ignore_patterns("part-*", "done", "_failures")
    return shutil.copytree(expected, folder, ignore=done)


@pytest.fixture
def small_disk(tmp_path, small_network):
    """Room for the network, the plan and a few shards."""
    folder = tmp_path / "disk"
    folder.mkdir()
    room = small_network.stat().st_size + 150_000
    if not mounted("-t", "tmpfs", "-o", f"size={room}", "tmpfs", folder):
        pytest.skip("only root can mount a small file system, and not everywhere")
    yield folder
    subprocess.run(["umount", folder], check=True)


def mounted(*arguments):
    try:
        return subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def test_the_disk_is_full(nodes, small_network, pictures, expected, environment, small_disk):
    """And when there is room, any engine goes on."""
    out = small_disk / "answers"
    command = ["predict", pictures, "--model", small_network, "--out", out, *SHARDED]
    on_ray = ["--engine", "ray", "--address", nodes.address, "--workers", 1]
    full = amalthea(*command, *on_ray, environment=environment)
    assert full.returncode == 1
    [line] = full.stderr.splitlines()
    assert f"): Cannot write into {out}" in line and "No space left on device. Make room" in line
    before = finished_files(out)
    assert 0 < len(records(out)) < SHARDS
    assert mounted("-o", f"remount,size={10 * 2**20}", small_disk)
    resumed = one_process(*command)
    assert_same_answers(out, expected, SHARDS)
    assert {path: finished_files(out)[path] for path in before} == before
    assert_quiet(resumed.stdout, resumed.stderr)


def test_the_driver_is_killed_and_resumed_where_there_is_no_room_yet(
    nodes, small_network, pictures, expected, environment, tmp_path
):
    """By larger workers, which wait for the machine that they need, and say so."""
    out = tmp_path / "answers"
    command = ["predict", pictures, "--model", small_network, "--out", out, *SHARDED]
    command += ["--engine", "ray", "--address", nodes.address]
    with running(*command, environment=environment) as process:
        wait_for(RECORDS, 4, out, process)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    before = finished_files(out)
    assert 4 <= len(records(out)) < SHARDS
    refused = amalthea(*command, "--threads", 2, environment=environment)
    small = "No machine of the cluster has 2 processors for a worker; the largest has 1."
    assert refused.returncode == 1
    assert refused.stderr == f"Error: {small} Give fewer --threads; or --workers, to wait for a machine that joins.\n"
    with running(*command, "--threads", 2, "--workers", 1, environment=environment) as process:
        assert process.stderr.readline() == f"Warning: {small} Waiting for one that joins; Ctrl-C ends that.\n"
        assert finished_files(out) == before
        nodes.add(num_cpus=2)
        told = process.communicate(timeout=120)
    assert_same_answers(out, expected, SHARDS)
    after = finished_files(out)
    assert {path: after[path] for path in before} == before, "computed again after its record"
    assert_quiet(*told)


def test_another_version_on_a_node(nodes, small_network, pictures, environment, tmp_path):
    """A copy of this package that says another number."""
    copy = tmp_path / "older" / "amalthea"
    shutil.copytree(Path(package.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    source = (copy / "__init__.py").read_text()
    (copy / "__init__.py").write_text(source.replace(f'"{package.__version__}"', '"0.0.1"'))
    python_path = os.pathsep.join([str(copy.parent), environment.get("PYTHONPATH", "")])
    nodes.add(num_cpus=2, env_vars={"PYTHONPATH": python_path})
    command = ["predict", pictures, "--model", small_network, "--out", tmp_path / "answers", *SHARDED]
    command += ["--engine", "ray", "--address", nodes.address, "--workers", 1, "--threads", 2]
    told = amalthea(*command, environment=environment)
    assert told.returncode == 1
    assert "Here are Amalthea 0.0.1 and Python" in told.stderr
    assert f"given with Amalthea {package.__version__}" in told.stderr


def test_a_node_is_killed(nodes, quarter, pictures, environment, tmp_path):
    """While the workers of both nodes are in the middle of a shard; for a third one, there never was room."""
    features = ["features", pictures, *quarter, "--layer", "conv_pw_11_relu", *SHARDED]
    assert one_process(*features, "--out", tmp_path / "expected").exit_code == 0
    out = planned_alike(tmp_path / "expected", tmp_path / "answers")
    command = [*features, "--out", out, "--engine", "ray", "--address", nodes.address, "--workers", 3]
    with running(*command, environment=environment) as process:
        wait_for(WORKED_ON, 2, out, process)
        nodes.kill()
        assert len(records(out)) < SHARDS
        told = process.communicate(timeout=120)
    assert_same_answers(out, tmp_path / "expected", SHARDS)
    assert process.returncode == 0, told
    assert_quiet(*told)
