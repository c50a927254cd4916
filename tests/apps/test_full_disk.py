"""`amalthea train` on a disk that is full sooner or later: it says what to do, and nothing that was there is lost."""

import re
import shutil
import subprocess

import keras
import numpy as np
import pytest

import amalthea
from amalthea.errors import AmaltheaWarning
from amalthea.transfer.training import checkpoints
from tests.apps.commands import call, succeed
from tests.weights.test_unwritable import mounted

pytestmark = pytest.mark.single_backend

SIZE = 4_000_000  # bytes: enough for several files of classifiers


@pytest.fixture
def disk(tmp_path):
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mounted("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder):
        pytest.skip("only root can mount a small file system, and not everywhere")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def command(trains, pets, quarter, monkeypatch):
    """All but the file to write: two epochs, each of which is kept."""
    monkeypatch.setattr(checkpoints, "_SHARE", 0)
    return ["train", pets / "train", *quarter, "--epochs", 2]


def variables(path):
    return [np.array(variable) for variable in amalthea.ImageClassifier.load(path).model_.variables]


def assert_same(one, other):
    for a, b in zip(variables(one), variables(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=0 if keras.config.backend() in ("tensorflow", "torch") else 1e-6)


def test_it_is_full_while_features_are_computed(command, disk, tmp_path, monkeypatch):
    """Then they stay in memory, and how far the training is nobody notes: the classifier is the same."""
    whole, out = tmp_path / "whole.keras", tmp_path / "pets.keras"
    succeed(*command, "--out", whole)
    monkeypatch.setenv("AMALTHEA_CACHE", str(disk / "cache"))
    assert mounted("-o", "remount,size=36k", disk)
    with pytest.warns(AmaltheaWarning) as told:
        succeed(*command, "--out", out)
    said = [str(each.message) for each in told if each.category is AmaltheaWarning]
    assert said[0].startswith("Features are kept in memory only, so the next run computes them again. Cannot write ")
    unsure = "Training goes on, but could not be resumed if it were killed. Cannot write into "
    assert any(message.startswith(unsure) for message in said)
    for message in said:
        assert re.search(r"(No space left on device|disk is full)\. Make room .*, or set AMALTHEA_CACHE to", message)
    assert_same(out, whole)
    assert mounted("-o", f"remount,size={SIZE}", disk)
    succeed(*command, "--resume", "--out", out)  # with what the full disk holds
    assert_same(out, whole)


def test_it_is_full_when_the_classifier_is_written(command, disk, tmp_path):
    """What stood under that name stays, and what was trained is in the cache."""
    out, filling = disk / "pets.keras", disk / "filling"
    tuned = [*command, "--fine-tune", 1, "--fine-tune-epochs", 2, "--fine-tune-learning-rate", 0.001]
    out.write_bytes(b"earlier")
    filling.write_bytes(bytes(shutil.disk_usage(disk).free - 100_000))
    refused = call(*tuned, "--out", out)
    assert (refused.exit_code, refused.stdout) == (1, "")
    advice = "No space left on device. Make room or give write permission there, or name another folder. "
    advice += "The same command with --resume goes on with what is kept."
    assert refused.stderr.endswith(f"Error: Cannot write into {disk}: {advice}\n")
    assert out.read_bytes() == b"earlier"
    assert set(disk.iterdir()) == {out, filling}

    filling.unlink()
    resumed = succeed(*tuned, "--resume", "--out", out)
    assert "Head: was done before; its result is taken." in resumed.stderr
    succeed(*tuned, "--out", tmp_path / "whole.keras")
    assert_same(out, tmp_path / "whole.keras")
