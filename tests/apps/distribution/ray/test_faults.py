"""Whatever dies on a cluster of two nodes, the rows are those that one process writes."""

import os
import re
import signal
import subprocess

import pytest
from click.testing import CliRunner

pytest.importorskip("ray")

from amalthea.apps.command_line import command_line
from tests.apps.distribution.ray.runs import (
    amalthea,
    assert_same_answers,
    finished_files,
    records,
    running,
    table,
    wait_for_records,
)

pytestmark = pytest.mark.single_backend

SHARDS = 40  # of 120 pictures
SHARDED = ["--shard-size", 3]


def one_process(*arguments):
    """What the engine of this process writes."""
    return CliRunner().invoke(command_line, [*map(str, arguments), "--engine", "local", "--threads", "1"])


def assert_quiet(told, errors):
    """What was written, and how many pictures cannot be used; nothing of Ray."""
    assert re.fullmatch(r"Written: .*, 116 pictures in 40 shards.*\n", told), told
    assert re.fullmatch(r"Warning: 4 of 120 pictures cannot be used: .*\n", errors), errors


@pytest.fixture(scope="session")
def expected(tmp_path_factory, quarter, pictures):
    folder = tmp_path_factory.mktemp("expected") / "answers"
    answer = one_process("predict", pictures, "--model", quarter, "--out", folder, *SHARDED)
    assert len(records(folder)) == SHARDS, answer.output
    assert len(table(folder, "failures")) == 4
    return folder


def test_a_node_is_killed(nodes, pictures, environment, tmp_path):
    features = ["features", pictures, "--layer", "top_conv", *SHARDED]
    assert len(one_process(*features, "--out", tmp_path / "expected").output)
    out = tmp_path / "answers"
    command = [*features, "--out", out, "--engine", "ray", "--address", nodes.address]
    with running(*command, environment=environment) as process:
        wait_for_records(out, 4, process)
        nodes.kill()
        assert len(records(out)) < SHARDS - 4
        try:
            told = process.communicate(timeout=120)
        finally:
            nodes.add()
    assert_same_answers(out, tmp_path / "expected")
    assert process.returncode == 0, told
    assert_quiet(*told)


def test_the_driver_is_killed_and_resumed(nodes, quarter, pictures, expected, environment, tmp_path):
    out = tmp_path / "answers"
    command = ["predict", pictures, "--model", quarter, "--out", out, *SHARDED]
    command += ["--engine", "ray", "--address", nodes.address]
    with running(*command, environment=environment) as process:
        wait_for_records(out, 4, process)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    before = finished_files(out)
    assert 4 <= len(records(out)) < SHARDS
    resumed = amalthea(*command, environment=environment)
    assert_same_answers(out, expected)
    after = finished_files(out)
    assert {path: after[path] for path in before} == before, "computed again after its record"
    assert_quiet(resumed.stdout, resumed.stderr)


@pytest.fixture
def small_disk(tmp_path, quarter):
    """Room for the network, the plan and a few shards."""
    folder = tmp_path / "disk"
    folder.mkdir()
    room = quarter.stat().st_size + 150_000
    if not mounted("-t", "tmpfs", "-o", f"size={room}", "tmpfs", folder):
        pytest.skip("only root can mount a small file system, and not everywhere")
    yield folder
    subprocess.run(["umount", folder], check=True)


def mounted(*arguments):
    try:
        return subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def test_the_disk_is_full(nodes, quarter, pictures, expected, environment, small_disk):
    out = small_disk / "answers"
    command = ["predict", pictures, "--model", quarter, "--out", out, *SHARDED]
    command += ["--engine", "ray", "--address", nodes.address, "--workers", 1]
    full = amalthea(*command, environment=environment)
    assert full.returncode == 1
    [line] = full.stderr.splitlines()
    assert f"): Cannot write into {out}" in line and "No space left on device. Make room" in line
    before = finished_files(out)
    assert 0 < len(records(out)) < SHARDS
    assert mounted("-o", f"remount,size={10 * 2**20}", small_disk)
    resumed = amalthea(*command, environment=environment)
    assert_same_answers(out, expected)
    assert {path: finished_files(out)[path] for path in before} == before
    assert_quiet(resumed.stdout, resumed.stderr)


def test_another_version_on_a_node(nodes, quarter, pictures, environment, tmp_path):
    """A copy of this package that says another number."""
    import shutil
    from pathlib import Path

    import amalthea as package

    copy = tmp_path / "older" / "amalthea"
    shutil.copytree(Path(package.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    source = (copy / "__init__.py").read_text()
    (copy / "__init__.py").write_text(source.replace(f'"{package.__version__}"', '"0.0.1"'))
    nodes.kill()
    nodes.add(PYTHONPATH=os.pathsep.join([str(copy.parent), environment.get("PYTHONPATH", "")]))
    command = ["predict", pictures, "--model", quarter, "--out", tmp_path / "answers", *SHARDED]
    try:
        told = amalthea(*command, "--engine", "ray", "--address", nodes.address, environment=environment)
    finally:
        nodes.kill()
        nodes.add()
    assert told.returncode == 1
    assert "Here are Amalthea 0.0.1 and Python" in told.stderr
    assert f"given with Amalthea {package.__version__}" in told.stderr
