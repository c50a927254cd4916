"""`amalthea weights convert`."""

import errno
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from amalthea.apps.command_line import command_line
from amalthea.weights import load_weights
from tests.weights.small_files import small_h5_network, write_small_h5

pytestmark = pytest.mark.single_backend


def convert(*arguments):
    return CliRunner().invoke(command_line, ["weights", "convert", *map(str, arguments)])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_small_h5(tmp_path / "small.h5")


@pytest.mark.parametrize("suffix", [".safetensors", ".npz", ".h5"])
def test_it_says_what_it_wrote(suffix, path):
    target = path.with_name(f"new{suffix}")
    answer = convert(path, target)
    assert (answer.exit_code, answer.output) == (0, f"{target}: 3 layers, 105 numbers\n")
    assert str(load_weights(small_h5_network(), target)) == "3 layers loaded"


def test_it_overwrites_when_forced(path):
    target = path.with_name("new.npz")
    target.write_text("old")
    answer = convert(path, target)
    assert answer.exit_code == 1
    assert answer.stderr == f"Error: {target} exists already. Choose another name, or overwrite it with --force.\n"
    assert target.read_text() == "old"
    assert convert(path, target, "--force").exit_code == 0
    assert str(load_weights(small_h5_network(), target)) == "3 layers loaded"


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("nowhere.h5", "new.npz", "There is no weight file"),
        ("small.h5", "new.onnx", "the suffix chooses the format; allowed are .safetensors, .npz, .h5"),
    ],
)
def test_errors_are_one_sentence(source, target, reason, path):
    answer = convert(path.with_name(source), path.with_name(target))
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: ") and reason in answer.stderr
    assert [file.name for file in path.parent.iterdir()] == ["small.h5"]


@pytest.mark.parametrize("folder", ["nowhere", "file"])
def test_the_folder_of_the_new_file_must_exist(folder, path):
    (path.parent / "file").touch()
    answer = convert(path, path.parent / folder / "new.npz")
    assert answer.exit_code == 1
    assert f"there is no folder {path.parent / folder}. Make it first." in answer.stderr
    assert not (path.parent / "nowhere").exists()


def test_a_disk_without_room_is_named(path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    answer = convert(path, path.with_name("new.npz"))
    assert answer.exit_code == 1
    assert answer.stderr == (
        f"Error: Cannot write into {path.parent}: No space left on device. "
        "Make room or give write permission there, or name another folder.\n"
    )
    assert [file.name for file in path.parent.iterdir()] == ["small.h5"]
