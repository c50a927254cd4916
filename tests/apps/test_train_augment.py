"""`amalthea train --augment`, on real photographs."""

import json

import pytest
from click.testing import CliRunner

import amalthea
from amalthea.apps.command_line import command_line

pytestmark = pytest.mark.single_backend

pytest.importorskip("cv2", reason="augmentation warps with OpenCV, which the plain installation lacks")


def call(*arguments):
    return CliRunner().invoke(command_line, list(map(str, arguments)))


@pytest.mark.parametrize(("given", "parameter"), [("live", "live"), ("2", 2)])
def test_it_learns_and_goes_on(given, parameter, trains, pets, quarter, tmp_path):
    out = tmp_path / "pets.keras"
    command = ["train", pets / "train", *quarter, "--validation", pets / "validation", "--json", "--out", out]
    plain = json.loads(call(*command, "--epochs", 3).stdout)["history"]["loss"]
    answer = call(*command, "--epochs", 3, "--augment", given)
    assert answer.exit_code == 0, answer.output
    losses = json.loads(answer.stdout)["history"]["loss"]
    assert losses[-1] < losses[0]
    assert losses != plain
    assert amalthea.ImageClassifier.load(out).augment == parameter


@pytest.mark.parametrize("wrong", ["0", "always", "-1", "1.5"])
def test_what_it_does_not_take(wrong, pets, tmp_path):
    answer = call("train", pets / "train", "--out", tmp_path / "pets.onnx", "--augment", wrong)
    assert answer.exit_code == 2
    assert f"'{wrong}' is neither 'live' nor a number of versions from 1 on." in answer.stderr
