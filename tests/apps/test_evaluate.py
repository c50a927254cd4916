"""`amalthea evaluate` and `predict --model`, also where Keras cannot train."""

import json

import numpy as np
import pytest

import amalthea
from amalthea.apps.predict import DEMO
from amalthea.errors import AmaltheaWarning
from tests.apps.commands import call
from tests.live_weights import set_live_weights


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
def test_what_is_left_out_is_named(pets, tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    out, broken = tmp_path / "pets.onnx", pets / "validation" / "Bengal" / "broken.jpg"
    weights = {"weights": None, "alpha": 0.25, "classes": 3, "input_shape": (64, 64, 3)}
    amalthea.save(amalthea.get_model("MobileNet", **weights), out, classes=["Abyssinian", "Bengal", "american_bulldog"])
    broken.write_bytes(b"no picture")
    with pytest.warns(AmaltheaWarning, match=r"1 of 13 pictures cannot be used and are left out:\n.*broken\.jpg"):
        answer = call("evaluate", out, pets / "validation", "--on-error", "skip", "--json")
    report = json.loads(answer.stdout)
    assert (report["skipped"], report["pictures"]) == (1, 12)


@pytest.mark.single_backend
def test_of_many_classes_of_its_own_a_file_names_the_best_five(tmp_path):
    out, names = tmp_path / "pets.onnx", [f"breed {letter}" for letter in "abcdefg"]
    model = amalthea.get_model("MobileNet", weights=None, alpha=0.25, classes=len(names), input_shape=(64, 64, 3))
    set_live_weights(model)
    amalthea.save(model, out, classes=names)
    [answer] = json.loads(call("predict", DEMO, "--model", out, "--json").stdout)
    found = [scored["probability"] for scored in answer["classes"]]
    assert (len(found), found) == (5, sorted(found, reverse=True))
    assert {scored["name"] for scored in answer["classes"]} < set(names)
    assert len(call("predict", DEMO, "--model", out).stdout.splitlines()) == 1 + 5
    assert len(call("predict", DEMO, "--model", out, "--top", 20).stdout.splitlines()) == 1 + 7


@pytest.mark.single_backend
@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_a_file_that_is_no_classifier(command, pets, tmp_path):
    if command == "evaluate":
        pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    (tmp_path / "model.onnx").write_text("no model")
    for name, words in (("model.onnx", "is no ONNX model"), ("nowhere.onnx", "There is no file")):
        files = [tmp_path / name, pets / "validation"] if command == "evaluate" else [pets, "--model", tmp_path / name]
        answer = call(command, *files)
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert answer.stderr.startswith("Error: ") and words in answer.stderr
