"""`amalthea train --resume` after Ctrl-C: the file is that of a run without a pause."""

import json

import keras
import numpy as np
import pytest

import amalthea
from amalthea.transfer.training import checkpoints
from tests.apps.commands import call, succeed

pytestmark = pytest.mark.single_backend

TUNING = ["--fine-tune", "1", "--fine-tune-epochs", "3", "--fine-tune-learning-rate", "0.001"]


@pytest.fixture(autouse=True)
def after_every_epoch(monkeypatch):
    monkeypatch.setattr(checkpoints, "_SHARE", 0)


@pytest.fixture
def command(pets, quarter, tmp_path):
    """All but the file to write: four epochs of the head, three of fine-tuning."""
    return ["train", pets / "train", *quarter, "--epochs", "4", *TUNING]


def content(path):
    classifier = amalthea.ImageClassifier.load(path)
    return [np.array(variable) for variable in classifier.model_.variables], classifier.history


def assert_same(one, other):
    (weights, history), (others, other_history) = content(one), content(other)
    exact = keras.config.backend() in ("tensorflow", "torch")
    for a, b in zip(weights, others, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=0 if exact else 1e-6)
    assert history.keys() == other_history.keys()
    for name in history:
        np.testing.assert_array_equal(history[name], other_history[name])


@pytest.mark.parametrize(("epoch", "head", "tuning"), [(3, 2, 0), (6, 4, 1)])
def test_the_file_is_that_of_a_run_without_a_pause(epoch, head, tuning, command, control_c, tmp_path):
    whole, out = tmp_path / "whole.keras", tmp_path / "pets.keras"
    succeed(*command, "--out", whole)
    assert json.loads(succeed("cache", "--clear", "trainings", "--json").stdout)[0]["entries"] == 2
    control_c(epoch)
    stopped = call(*command, "--out", out)
    assert stopped.exit_code == 130, stopped.output
    assert "The same command with --resume goes on as if it had never been stopped. To train it on" in stopped.stderr
    control_c(0)
    resumed = succeed(*command, "--resume", "--out", out)
    said = [line for line in resumed.stderr.splitlines() if line.startswith(("Head: ", "Fine-tuning: "))]
    if tuning:
        assert said == ["Head: was done before; its result is taken.", "Fine-tuning: goes on after epoch 1 of 3."]
    else:
        anew = "Fine-tuning: begins anew, for nothing is kept of this training."
        assert said == [f"Head: goes on after epoch {head} of 4.", anew]
    assert_same(out, whole)


def test_what_was_done_is_not_trained_again(command, tmp_path, control_c):
    whole, out = tmp_path / "whole.keras", tmp_path / "pets.keras"
    first = succeed(*command, "--out", whole).stdout
    control_c(1)  # the first epoch that were trained
    again = succeed(*command, "--resume", "--out", out)
    assert again.stdout == first.replace(str(whole), str(out))
    assert_same(out, whole)


def test_another_training_begins_anew(command, control_c, tmp_path):
    out = tmp_path / "pets.onnx"
    control_c(3)
    stopped = call(*command, "--out", out)
    assert stopped.stderr.endswith("The same command with --resume goes on as if it had never been stopped.\n")
    control_c(0)
    resumed = succeed(*command, "--resume", "--seed", 1, "--out", out)
    assert "Head: begins anew, for nothing is kept of this training.\n" in resumed.stderr


def test_where_the_file_that_it_began_with_is_replaced_it_cannot_be_resumed(command, control_c, tmp_path):
    out = tmp_path / "pets.keras"
    succeed(*command[: -len(TUNING)], "--out", out)
    control_c(2)
    stopped = call("train", command[1], "--model", out, *TUNING, "--out", out)
    assert stopped.exit_code == 130
    assert "taught it. To train it on as it is: amalthea train" in stopped.stderr
    assert "--resume" not in stopped.stderr
