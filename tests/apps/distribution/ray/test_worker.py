"""A worker by itself: what it insists on, and how it tells what is wrong."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("ray")

from PIL import Image

import amalthea
from amalthea.apps.distribution import layout
from amalthea.apps.distribution.plan import Plan
from amalthea.apps.distribution.ray_cluster import cluster
from amalthea.apps.distribution.ray_engine import _explained
from amalthea.apps.distribution.ray_worker import Worker, check_place, orders, record_of
from amalthea.errors import ArgumentError, StorageError
from tests.apps.commands import call
from tests.apps.distribution.ray.runs import amalthea as amalthea_process
from tests.apps.distribution.ray.runs import records, table

pytestmark = pytest.mark.single_backend


@pytest.fixture
def plan(small_network, test_data, tmp_path):
    """Of a run whose only shard is not finished."""
    amalthea.distribute(test_data / "images" / "parrot.jpg", model=small_network, out=tmp_path / "run")
    layout.record(tmp_path / "run", 0).unlink()
    return Plan.read(tmp_path / "run")


def answer(worker):
    return {name: value for name, [value] in worker({"shard": [0]}).items()}


def test_it_finishes_a_shard(plan):
    before = table(plan.folder, "rows")
    record = record_of(answer(Worker(orders(plan, 1))), several=True)
    assert (record.shard, record.rows) == (0, 1)
    assert records(plan.folder)["00000.json"]["files"] == record.files
    assert table(plan.folder, "rows").equals(before)
    assert [path.name for path in layout.records(plan.folder).iterdir()] == ["00000.json"]


def test_settings_of_the_command_hold(small_network, test_data, tmp_path, monkeypatch):
    usual = Image.MAX_IMAGE_PIXELS
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", usual)  # back to it after the test
    monkeypatch.setenv("AMALTHEA_MAX_PIXELS", "1000")
    amalthea.distribute(test_data / "images" / "parrot.jpg", model=small_network, out=tmp_path / "run")
    layout.record(tmp_path / "run", 0).unlink()
    monkeypatch.setenv("AMALTHEA_API_KEY", "secret")
    told = orders(Plan.read(tmp_path / "run"), 1)
    assert "secret" not in str(told), "it is the server's"
    monkeypatch.delenv("AMALTHEA_MAX_PIXELS")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", usual)
    record = record_of(answer(Worker(told)), several=True)
    assert (record.rows, record.failures) == (0, 1)
    assert os.environ["AMALTHEA_MAX_PIXELS"] == "1000"
    monkeypatch.setenv("AMALTHEA_MAX_PIXELS", "")  # which the end of the test removes


def test_another_version(plan):
    told = orders(plan, 1)
    with pytest.raises(ArgumentError, match=r"Here are Amalthea .*, but the command was given with Amalthea 0.0.1 and"):
        check_place(replace(told, amalthea="0.0.1"))
    with pytest.raises(ArgumentError, match=r"and Python 3.5.0. Install the same on all machines."):
        check_place(replace(told, python="3.5.0"))
    check_place(told)


def test_a_folder_that_is_not_shared(plan, tmp_path):
    told = replace(orders(plan, 1), folder=tmp_path / "elsewhere")
    expected = f"On .*: What the command wrote into {told.folder} is not seen here. Name a folder that all machines"
    with pytest.raises(StorageError, match=expected):
        record_of(answer(Worker(told)), several=True)


def test_pictures_that_are_not_shared(plan):
    told = replace(orders(plan, 1), picture="/nowhere/parrot.jpg")
    with pytest.raises(ArgumentError, match=r"^There is no /nowhere/parrot.jpg here. Put the pictures where all"):
        record_of(answer(Worker(told)), several=False)


def test_pictures_that_are_seen_no_more(plan, test_data, tmp_path):
    """As when a network drive goes in the middle of a run: they are no failures."""
    picture = Path(shutil.copy(test_data / "images" / "parrot.jpg", tmp_path))
    worker = Worker(replace(orders(plan, 1), picture=str(picture)))
    assert record_of(answer(worker), several=False).rows == 1
    picture.unlink()
    with pytest.raises(ArgumentError, match=f"^There is no {picture} here. Put the pictures where all"):
        record_of(answer(worker), several=False)


def test_a_shard_that_ends_its_workers(plan):
    told = orders(plan, 1)
    (layout.records(plan.folder) / f".00000.{told.call}.tries").write_bytes(b"." * 10)
    with pytest.raises(amalthea.errors.AmaltheaError, match=r"Shard 0 has ended 10 workers\. They may lack memory"):
        record_of(answer(Worker(told)), several=False)
    assert list(layout.records(plan.folder).iterdir()) == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("nowhere", "joined at address='nowhere': it names no port. Give host:port"),
        ("ray://127.0.0.1:10001", "is one of Ray Client. Give host:port of the cluster's head, and run this on a"),
    ],
)
def test_no_cluster(address, expected):
    before = dict(os.environ)
    with pytest.raises(ArgumentError, match=expected), cluster(address, 1):
        raise AssertionError("joined")
    assert dict(os.environ) == before


def test_nothing_answers(small_network, test_data, tmp_path):
    """Told of the argument, and of the option."""
    picture = test_data / "images" / "parrot.jpg"
    asked = {"model": small_network, "out": tmp_path / "run", "engine": "ray", "address": "[::1]:1"}
    with pytest.raises(ArgumentError, match=r"joined at address='\[::1\]:1': \[Errno .*; without address, Ray is"):
        amalthea.distribute(picture, **asked)
    options = [text for name, value in asked.items() for text in (f"--{name}", value)]
    told = call("predict", picture, *options)
    assert (told.exit_code, told.stdout) == (1, "")
    assert "joined at --address [::1]:1: [Errno" in told.stderr and told.stderr.count("\n") == 1, told.stderr
    assert "without --address, Ray is started on this machine" in told.stderr


def test_a_cluster_that_asks_for_a_token(nodes, environment, small_network, test_data, tmp_path):
    """Which Ray does not say where it is not given one."""
    without = {name: value for name, value in environment.items() if not name.startswith("RAY_AUTH")}
    command = ["predict", test_data / "images" / "parrot.jpg", "--model", small_network, "--out", tmp_path / "run"]
    told = amalthea_process(*command, "--engine", "ray", "--address", nodes.address, environment=without)
    assert told.returncode == 1
    [line] = told.stderr.splitlines()
    assert line.startswith(f"Error: No Ray cluster can be joined at --address {nodes.address}: ")
    assert line.endswith(" in ~/.ray/auth_token, have the same there, and set RAY_AUTH_MODE=token.")


def test_a_machine_without_amalthea():
    import ray

    told = ray.exceptions.RayError("ModuleNotFoundError: No module named 'amalthea'")
    assert 'the same on all machines: pip install "amalthea[ray]"' in _explained(told)
