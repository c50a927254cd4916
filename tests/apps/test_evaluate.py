"""`amalthea evaluate` and `predict --model`, also where Keras cannot train."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import amalthea
from amalthea.apps.command_line import command_line


def call(*arguments):
    return CliRunner().invoke(command_line, list(map(str, arguments)))


def test_one_file_is_judged_and_answers_without_a_backend_that_trains(pets, tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    out = tmp_path / "pets.onnx"
    weights = {"weights": None, "alpha": 0.25, "classes": 3, "input_shape": (64, 64, 3)}
    amalthea.save(amalthea.get_model("MobileNet", **weights), out, classes=["Abyssinian", "Bengal", "american_bulldog"])
    report = json.loads(call("evaluate", out, pets / "validation", "--json").stdout)
    assert np.array(report["confusion"]).sum(axis=1).tolist() == [4, 4, 4]
    assert "shown \\ taken for" in call("evaluate", out, pets / "validation").stdout
    table = call("predict", pets / "validation" / "Bengal", "--model", out, "--top", 1).stdout
    assert len(table.splitlines()) == 5


@pytest.mark.single_backend
@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_a_file_that_is_no_classifier(command, pets, tmp_path):
    (tmp_path / "model.onnx").write_text("no model")
    for name, words in (("model.onnx", "is no ONNX model"), ("nowhere.onnx", "There is no file")):
        files = [tmp_path / name, pets / "validation"] if command == "evaluate" else [pets, "--model", tmp_path / name]
        answer = call(command, *files)
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert answer.stderr.startswith("Error: ") and words in answer.stderr
