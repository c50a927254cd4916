"""`amalthea train --model pets.keras`: what it takes from the file, and what it refuses before the work."""

import json

import pytest

import amalthea
from tests.apps.commands import call, succeed
from tests.transfer.classifier.classes import COLOURS, classifier, write_coloured

pytestmark = pytest.mark.single_backend


@pytest.fixture
def coloured(trains, tmp_path):
    return write_coloured(tmp_path / "coloured", 12)


def test_classes_that_are_numbers(coloured, tmp_path):
    others = write_coloured(tmp_path / "others", 9, seed=1)
    for number, name in enumerate(COLOURS, start=9):  # as texts, 9 would come after 10
        for folder in (coloured, others):
            (folder / name).rename(folder / str(number))
    paths = sorted(coloured.rglob("*.png"))
    old, new = tmp_path / "old.keras", tmp_path / "new.keras"
    classifier().fit(paths, [int(path.parent.name) for path in paths]).save(old)
    command = ["train", coloured, "--validation", others, "--model", old, "--fine-tune-epochs", 1, "--out", new]
    facts = json.loads(succeed(*command, "--json").stdout)
    assert facts["classes"] == [9, 10, 11]
    assert facts["validation"]["accuracy"] == amalthea.ImageClassifier.load(old).score(others) > 0.8

    (others / "10").rename(others / "12")
    (coloured / "10").rename(coloured / "12")
    answer = call(*command)
    assert answer.exit_code == 1
    assert "it knows the classes 9, 10, 11; not among them: 12. Name each" in answer.stderr


def test_fine_tuning_began_where_the_head_stopped(coloured, tmp_path, monkeypatch):
    """Which need not be where it was to stop."""
    old, new = tmp_path / "old.keras", tmp_path / "new.keras"
    short = classifier(epochs=3).fit(coloured).set_params(epochs=20)
    short.fine_tune("conv_2", epochs=4, learning_rate=1e-3).save(old)
    drawn = {}
    monkeypatch.setattr("amalthea.transfer.curves.draw_curves", lambda *_, **options: drawn.update(options))
    command = ["train", coloured, "--model", old, "--split", 0, "--fine-tune-epochs", 2]
    facts = json.loads(succeed(*command, "--curves", tmp_path / "c.png", "--json", "--out", new).stdout)
    assert (len(facts["history"]["loss"]), drawn["fine_tuning_from"]) == (9, 3)
    assert facts["fine_tuning_kept"] == (facts["kept_epoch"] > 3)
    assert amalthea.ImageClassifier.load(new).tuned_from_ == 3


def test_more_epochs_of_the_head_are_no_fine_tuning(coloured, tmp_path):
    old = tmp_path / "old.keras"
    classifier(epochs=1).fit(coloured).save(old)
    facts = json.loads(
        succeed("train", coloured, "--model", old, "--split", 0, "--epochs", 1, "--json", "--out", old).stdout
    )
    assert facts["fine_tuning_kept"] is None
    assert amalthea.ImageClassifier.load(old).tuned_from_ is None


def test_a_layer_that_is_not_there_is_told_before_the_head_trains(coloured, tmp_path):
    old, new = tmp_path / "old.keras", tmp_path / "new.keras"
    classifier(epochs=1).fit(coloured).save(old)
    command = ["train", coloured, "--model", old, "--split", 0, "--epochs", 1, "--fine-tune-epochs", 1, "--out", new]
    answer = call(*command, "--fine-tune", "conv_3")
    assert answer.exit_code == 1
    assert "conv_2" in answer.stderr
    assert "will train" not in answer.stderr
    assert not new.exists()
    trained = succeed(*command, "--fine-tune", "conv_2").stderr
    head, tuned = [line.split()[0] for line in trained.splitlines() if "will train" in line]
    assert int(head) < int(tuned.replace(",", ""))  # checking has freed no layer


def test_a_head_that_diverged_is_not_written(trains, pets, quarter, tmp_path):
    out = tmp_path / "pets.keras"
    out.write_text("good")
    command = ["train", pets / "train", *quarter, "--optimizer", "sgd", "--learning-rate", 1e37, "--out", out]
    # One step an epoch: without validation, only later ones show what the first has led to.
    late = ["--batch-size", 100, "--split", 0, "--epochs", 3, "--fine-tune", 1]
    with pytest.warns(amalthea.errors.AmaltheaWarning, match="in epoch 3"):
        answer = call(*command, *late)
    assert (answer.exit_code, answer.stdout) == (1, "")
    *_, training, told = answer.stderr.splitlines()
    assert training.endswith("weights will train.")  # of the head alone
    assert told == "Error: The head diverged, and nothing was written: give a lower --learning-rate."
    answer = call(*command, "--learning-rate", 1e6, "--split", 0, "--epochs", 2)  # huge, but finite losses
    assert (answer.exit_code, answer.stderr.splitlines()[-1]) == (1, told)
    answer = call(*command, "--patience", 3)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "Error: Training diverged" in answer.stderr
    assert out.read_text() == "good"
