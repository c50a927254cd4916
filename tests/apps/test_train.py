"""`amalthea train`, with real weights and real photographs, and what it writes."""

import inspect
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import amalthea
from amalthea.apps.train import train as train_command
from amalthea.errors import AmaltheaWarning
from tests.apps.commands import call, succeed

CLASSES = ["Abyssinian", "Bengal", "american_bulldog"]


def without_keras(*arguments):
    """The standard output of a fresh process, which must not need Keras."""
    code = (
        "import sys; from amalthea.apps.command_line import command_line; "
        f"command_line({list(map(str, arguments))!r}, standalone_mode=False); "
        "sys.exit('Keras was imported' if 'keras' in sys.modules else 0)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_from_a_folder_to_one_file_that_answers(trains, pets, quarter, tmp_path, monkeypatch):
    """The file has the name of the folder, in the current one, if no other is wanted."""
    monkeypatch.chdir(tmp_path)
    out = Path("train.onnx")
    command = ["train", pets / "train", "--validation", pets / "validation", *quarter, "--epochs", 8]
    answer = succeed(*command, "--json")
    trained = json.loads(answer.stdout)
    assert (trained["out"], trained["classes"]) == (str(out), CLASSES)
    assert {name: len(values) for name, values in trained["history"].items()} == dict.fromkeys(
        ("loss", "accuracy", "val_loss", "val_accuracy"), 8
    )
    assert trained["history"]["loss"][-1] < 0.8 * trained["history"]["loss"][0]
    assert trained["validation"]["accuracy"] >= 0.6
    assert trained["validation"]["accuracy"] == pytest.approx(trained["history"]["val_accuracy"][-1])
    assert re.search(r"^771 of [\d,]+ weights will train\.$", answer.stderr, re.MULTILINE)

    judged = json.loads(without_keras("evaluate", out, pets / "validation", "--json"))
    assert judged == trained["validation"]
    answers = json.loads(without_keras("predict", pets / "validation", "--model", out, "--json"))
    assert len(answers) == 12
    assert all({scored["name"] for scored in each["classes"]} == set(CLASSES) for each in answers)
    assert all(scored["wordnet_id"] == "" for each in answers for scored in each["classes"])
    right = [each["classes"][0]["name"] == Path(each["path"]).parent.name for each in answers]
    assert np.mean(right) == pytest.approx(judged["accuracy"])

    again = json.loads(succeed(*command, "--out", out, "--json").stdout)  # replaced, as it is named
    assert again["history"]["loss"] == pytest.approx(trained["history"]["loss"], rel=1e-3)


def test_tables_and_curves_for_people(trains, pets, quarter, tmp_path):
    out, curves = tmp_path / "pets.keras", tmp_path / "curves.png"
    answer = succeed(
        *("train", pets / "train", *quarter, "--split", 0.3, "--epochs", 2),
        *("--fine-tune", 1, "--fine-tune-epochs", 2, "--curves", curves, "--out", out),
    )
    first, *_, last = answer.stdout.splitlines()
    assert re.fullmatch(r"Accuracy [01]\.\d{3} on 9 pictures", first)
    assert last == f"Written: {out}"
    assert len(re.findall("weights will train", answer.stderr)) == 2
    assert curves.read_bytes().startswith(b"\x89PNG")
    classifier = amalthea.ImageClassifier.load(out)
    assert len(classifier.history["loss"]) == 4
    judged = succeed("evaluate", out, pets / "validation").stdout
    assert judged.startswith(f"Accuracy {classifier.score(pets / 'validation'):.3f} on 12 pictures\n")


def test_a_file_of_an_earlier_run_is_trained_on(trains, pets, quarter, tmp_path):
    out = tmp_path / "pets.keras"
    succeed("train", pets / "train", *quarter, "--epochs", 1, "--out", out)
    command = ["train", pets / "train", "--model", out, "--out", out, "--fine-tune-epochs", 2]
    answer = succeed(*command, "--fine-tune-learning-rate", 0.01, "--json")
    assert "771 of " in answer.stderr  # the flags of the file count: the head alone
    history = json.loads(answer.stdout)["history"]
    assert len(history["loss"]) == 3
    assert history["loss"][2] < history["loss"][0]
    assert history["val_loss"][2] is not None
    refused = call(*command, "--hidden", 3, "--features", "conv_pw_11_relu")
    assert refused.exit_code == 2
    assert f"--layer, --hidden: {out} is built and trained already." in refused.stderr


@pytest.mark.single_backend
def test_an_earlier_run_keeps_its_settings_where_no_option_changes_them(trains, pets, quarter, tmp_path):
    """Also the seed, so that the pictures to validate with are those that were held back before."""
    out, again = tmp_path / "pets.keras", tmp_path / "again.keras"
    settings = ["--batch-size", 7, "--balanced", "--patience", 1, "--seed", 3, "--on-error", "skip"]
    succeed("train", pets / "train", *quarter, "--epochs", 1, *settings, "--out", out)
    command = ["train", pets / "train", "--model", out, "--fine-tune-epochs", 1, "--out", again]
    first, second = (
        json.loads(succeed(*command, *more, "--json").stdout)["validation"] for more in ((), ("--seed", 3))
    )
    assert first == second
    succeed(*command, "--batch-size", 5)
    before, after = (amalthea.ImageClassifier.load(path).get_params() for path in (out, again))
    assert (before["batch_size"], before["class_weight"], before["early_stopping"]) == (7, "balanced", 1)
    assert after == {**before, "batch_size": 5}


@pytest.mark.single_backend
def test_epochs_without_validation_are_null_in_json(trains, pets, quarter, tmp_path):
    out = tmp_path / "pets.keras"
    succeed("train", pets / "train", *quarter, "--split", 0, "--epochs", 1, "--out", out)
    with pytest.warns(AmaltheaWarning, match="pictures to validate with were learned from in an earlier training"):
        answer = succeed("train", pets / "train", "--model", out, "--fine-tune-epochs", 1, "--out", out, "--json")
    history = json.loads(answer.stdout, parse_constant=pytest.fail)["history"]
    assert len(history["loss"]) == 2
    assert history["val_loss"][0] is history["val_accuracy"][0] is None
    assert history["val_loss"][1] > 0


def test_going_on_with_more_pictures_validates_with_none_that_were_learned_from(trains, pets, quarter, tmp_path):
    """It would be warned of, which fails here."""
    out, more = tmp_path / "pets.keras", shutil.copytree(pets / "train", tmp_path / "more")
    succeed("train", pets / "train", *quarter, "--epochs", 1, "--out", out)
    learned = len(amalthea.ImageClassifier.load(out)._learned_before)
    shutil.copytree(pets / "validation", more, dirs_exist_ok=True)
    succeed("train", more, "--model", out, "--fine-tune-epochs", 1, "--out", out)
    assert 0 < learned < len(amalthea.ImageClassifier.load(out)._learned_before) < len(list(more.glob("*/*")))


def test_options_arrive(trains, pets, quarter, tmp_path):
    out = tmp_path / "pets.keras"
    succeed(
        *("train", pets / "train", *quarter, "--split", 0, "--epochs", 1, "--out", out),
        *("--features", "conv_pw_11_relu", "--pooling", "max", "--hidden", 8, "--hidden", 4, "--dropout", 0.25),
        *("--optimizer", "rmsprop", "--learning-rate", 0.01, "--batch-size", 7, "--balanced", "--seed", 3),
    )
    classifier = amalthea.ImageClassifier.load(out)
    expected = {
        "features": "conv_pw_11_relu",
        "pooling": "max",
        "hidden": (8, 4),
        "dropout": 0.25,
        "optimizer": "rmsprop",
        "learning_rate": 0.01,
        "batch_size": 7,
        "class_weight": "balanced",
        "seed": 3,
        "early_stopping": None,
    }
    parameters = classifier.get_params()
    assert {name: parameters[name] for name in expected} == expected
    names = [layer.name for layer in classifier.model_.layers]
    assert names[names.index("conv_pw_11_relu") + 1 :][0] == "head_pool"
    assert set(classifier.history) == {"loss", "accuracy"}


@pytest.mark.single_backend
def test_defaults_are_those_of_the_classifier(trains):
    signature = inspect.signature(amalthea.ImageClassifier).parameters
    given = train_command.make_context("train", ["folder", "--out", "pets.onnx"]).params
    own = {name: value for name, value in given.items() if name in signature}
    assert len(own) == 27
    assert {name: value or None for name, value in own.items()} == {
        name: signature[name].default or None for name in own
    }


@pytest.mark.single_backend
def test_pictures_that_cannot_be_used(trains, pets, quarter, tmp_path):
    broken, out = pets / "train" / "Bengal" / "broken.jpg", tmp_path / "pets.onnx"
    broken.write_text("not a picture")
    (pets / "train" / "Bengal" / "phone.heic").touch()
    command = ["train", pets / "train", *quarter, "--split", 0, "--epochs", 1, "--out", out]
    answer = call(*command)
    assert answer.exit_code == 1
    skipped, *_, counted, first, advice = answer.stderr.splitlines()
    assert skipped.startswith("Skipped: 1 .heic.")
    assert counted == "Error: 1 of 31 pictures cannot be used:"
    assert first.startswith(f"{broken} is no picture")
    assert advice == "--on-error skip leaves them out."
    assert not out.exists()
    with pytest.warns(amalthea.errors.AmaltheaWarning, match="1 of 31 pictures cannot be used and are left out"):
        succeed(*command, "--on-error", "skip")

    (pets / "validation" / "Bengal" / "broken.jpg").write_text("not a picture")
    answer = call("evaluate", out, pets / "validation")
    assert answer.exit_code == 1
    assert "Error: 1 of 13 pictures cannot be used:\n" in answer.stderr
    assert "broken.jpg is no picture" in answer.stderr
    assert answer.stderr.endswith("--on-error skip leaves them out.\n")
    with pytest.warns(amalthea.errors.AmaltheaWarning, match="1 of 13 pictures cannot be used and are left out"):
        answer = succeed("evaluate", out, pets / "validation", "--on-error", "skip", "--json")
    report = json.loads(answer.stdout)
    assert (report["pictures"], report["skipped"]) == (12, 1)


@pytest.mark.single_backend
def test_many_pictures_that_cannot_be_used_are_named_up_to_ten(trains, pets, quarter, tmp_path):
    for number in range(12):
        (pets / "train" / "Bengal" / f"broken {number:02}.jpg").write_bytes(b"\xff\xd8 cut off")
    (pets / "validation" / "Abyssinian" / "broken.jpg").touch()
    command = ["train", pets / "train", "--validation", pets / "validation", *quarter, "--out", tmp_path / "pets.onnx"]
    answer = call(*command)
    assert answer.exit_code == 1
    message = answer.stderr[answer.stderr.index("Error: ") :].splitlines()
    assert message[0] == "Error: 13 of 55 pictures cannot be used:"
    assert [re.search(r"broken( \d\d)?\.jpg", line)[0] for line in message[1:11]] == [
        f"broken {number:02}.jpg" for number in range(10)
    ]
    assert message[11:] == ["and 3 more.", "--on-error skip leaves them out."]


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 2, "Missing argument 'FOLDER'"),
        (["folder"], 2, "Invalid value for '--out': folder.onnx is a folder."),
        (["earlier"], 2, "earlier.onnx is there already. Name another file by --out, or the same one, to replace it"),
        (["pets/train", "--out", "folder.onnx"], 2, "folder.onnx is a folder."),
        (["pets/train", "--out", "pets.onnx", "--curves", "curves.jpg"], 2, "curves.jpg must end in .png"),
        (["pets/train", "--out", "pets.onnx", "--split", "1"], 2, "1.0 is not in the range 0<=x<1"),
        (["pets/train", "--out", "pets.onnx", "--split", "0", "--patience", "3"], 2, "--patience needs pictures"),
        (["pets/train", "--out", "pets.onnx", "--epochs", "0"], 2, "0 is not in the range x>=1"),
        (["pets", "--out", "pets.onnx"], 1, "look like the parts of a data set"),
        (["pets/train", "--out", "pets.onnx", "--alpha", "0.5"], 1, "EfficientNetLite0 has one width."),
        (["pets/train", "--out", "pets.onnx", "--features", "top_aktivation"], 1, "top_activation"),
    ],
)
def test_mistakes_are_told_before_the_work(arguments, status, words, trains, pets, monkeypatch):
    monkeypatch.chdir(pets.parent)
    Path("folder.onnx").mkdir()
    Path("earlier.onnx").touch()
    answer = call("train", *arguments)
    assert (answer.exit_code, answer.stdout) == (status, ""), answer.output
    assert words in answer.stderr
    assert {path.name for path in pets.parent.iterdir()} == {"pets", "folder.onnx", "earlier.onnx"}


@pytest.mark.single_backend
def test_a_block_is_fine_tuned_by_its_name(trains, pets, test_data, tmp_path):
    """As the messages name it."""
    small = ["--epochs", 1, "--image-size", 64, "--fine-tune-epochs", 1, "--out", tmp_path / "pets.keras"]
    answer = call("train", pets / "train", *small, "--fine-tune", 99)
    [last] = re.findall(r"EfficientNetLite0 has 16 blocks: block1a to (\w+)\.", answer.stderr)
    trained = succeed("train", pets / "train", *small, "--fine-tune", last).stderr
    head, tuned = re.findall(r"(\S+) of \S+ weights will train\.", trained)
    assert int(tuned.replace(",", "")) > int(head.replace(",", "")) + 500_000  # block7a, and the last convolution


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("wrong", "words"), [("conv_pw_13_rule", "Did you mean conv_pw_13_relu"), ("99", "MobileNet has 13 blocks")]
)
def test_a_mistake_in_fine_tuning_is_told_before_the_work(wrong, words, trains, pets, quarter, tmp_path):
    answer = call("train", pets / "train", *quarter, "--out", tmp_path / "pets.onnx", "--fine-tune", wrong)
    assert answer.exit_code == 1
    assert words in answer.stderr
    assert "will train" not in answer.stderr
    assert not (tmp_path / "pets.onnx").exists()


@pytest.mark.single_backend
def test_missing_matplotlib_is_told_before_the_work(trains, pets, quarter, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    answer = call("train", pets / "train", *quarter, "--out", tmp_path / "p.onnx", "--curves", tmp_path / "c.png")
    assert answer.exit_code == 1
    assert 'pip install "amalthea[training]"' in answer.stderr
    assert not (tmp_path / "p.onnx").exists()


def test_training_without_a_backend_that_trains(backend, pets, quarter, tmp_path):
    if backend != "openvino":
        pytest.skip("this backend trains")
    answer = call("train", pets / "train", *quarter, "--out", tmp_path / "pets.onnx")
    assert answer.exit_code == 1
    assert 'pip install "amalthea[tensorflow-cpu]"' in answer.stderr
    assert not (tmp_path / "pets.onnx").exists()
