"""`amalthea train` after Ctrl-C: what is kept, what is said, and how the rest is trained."""

import json
import re
import shlex
import signal
import sys
import time

import pytest

import amalthea
from amalthea.apps.training.course import Course, Photographs, Plan
from tests.apps.commands import call, started, succeed

pytestmark = pytest.mark.single_backend

STOPPED = r"Stopped\. (\S+) holds what the (\d+) epochs taught it\. (.*)"
RESUMED = "The same command with --resume goes on as if it had never been stopped."


def hint(answer):
    """The options of the command that goes on."""
    assert answer.exit_code == 130, answer.output
    [(_, _, way)] = re.findall(STOPPED, answer.stderr)
    said, found, command = way.partition("To train it on as it is: ")
    assert found and said.strip() in ("", RESUMED), way
    program, *arguments = shlex.split(command)
    assert program == "amalthea"
    return arguments


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_control_c_saves_what_is_there_and_says_how_to_go_on(trains, pets, quarter, home, tmp_path):
    """As the user of a shell sees it: nothing but lines of our own, whatever the framework has to tell."""
    out = tmp_path / "pets.keras"
    with started("train", pets / "train", *quarter, "--split", 0.2, "--epochs", 100_000, "--out", out) as process:
        try:
            first = process.stderr.readline()
            end = time.monotonic() + 100
            while not any((home / "cache" / "trainings").glob("*")) and time.monotonic() < end:
                time.sleep(0.1)  # until an epoch is kept
            time.sleep(1)  # of epochs, of which each takes a few milliseconds
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130, stderr
    assert re.fullmatch(r"771 of [\d,]+ weights will train\.\n", first), first + stderr
    assert stdout == ""
    # What a callback of the garbage collector swallows, Python itself prints; the signal then comes again.
    said = stderr if "Exception ignored in" not in stderr else stderr[stderr.index("Stopped.") :]
    path, epochs, way = re.fullmatch(STOPPED + "\n", said).groups()
    assert path == str(out)
    assert 0 < int(epochs) < 100_000
    rest = f"--model {out} --epochs {100_000 - int(epochs)} --out {out}"
    assert way == f"{RESUMED} To train it on as it is: amalthea train {pets / 'train'} --split 0.2 --seed 0 {rest}"
    assert len(amalthea.ImageClassifier.load(out).history["loss"]) == int(epochs)
    assert json.loads(succeed("evaluate", out, pets / "train", "--json").stdout)["pictures"] == 30


def test_what_was_left_of_the_head_and_fine_tuning_is_trained(control_c, pets, quarter, tmp_path, monkeypatch):
    out, curves = tmp_path / "pets.keras", tmp_path / "curves.png"
    tuning = ["--fine-tune", "1", "--fine-tune-epochs", "3", "--fine-tune-learning-rate", "0.001"]
    answers = ["--threshold", "0.5"]
    results = ["--curves", curves, "--json", "--out", out]
    command = ["train", pets / "train", *quarter, "--epochs", "4", *tuning, *answers, *results]
    control_c(3)
    stopped = call(*command)
    same = ["train", str(pets / "train"), "--split", "0.2", "--seed", "0", "--model", str(out)]
    shown = [*answers, "--curves", str(curves), "--json", "--out", str(out)]
    rest = hint(stopped)
    assert rest == [*same, "--epochs", "2", *tuning, *shown]
    facts = json.loads(stopped.stdout)
    assert (facts["out"], facts["finished"], facts["validation"]) == (str(out), False, None)
    assert (len(facts["history"]["loss"]), facts["kept_epoch"], facts["fine_tuning_kept"]) == (2, 2, None)

    control_c(4)  # the second epoch of fine-tuning
    rest = hint(call(*rest))
    assert rest == [*same, "--fine-tune", "1", "--fine-tune-epochs", "2", *tuning[-2:], *shown]
    classifier = amalthea.ImageClassifier.load(out)
    assert (len(classifier.history["loss"]), classifier.epochs) == (5, 4)

    control_c(0)  # never
    drawn = {}
    monkeypatch.setattr("amalthea.transfer.curves.draw_curves", lambda *_, **options: drawn.update(options))
    facts = json.loads(succeed(*rest).stdout)
    assert facts["finished"]
    assert len(facts["history"]["loss"]) == 4 + 3
    assert drawn == {"title": f"MobileNet, {pets / 'train'}", "fine_tuning_from": 4}
    assert facts["fine_tuning_kept"] == (facts["kept_epoch"] > 4)
    assert facts["history"]["kept"][-1] == facts["kept_epoch"]


def test_an_onnx_file_cannot_be_trained_on_but_its_training_resumed(control_c, pets, quarter, tmp_path):
    out = tmp_path / "pets.onnx"
    control_c(3)
    answer = call("train", pets / "train", *quarter, "--out", out)
    assert answer.exit_code == 130
    assert answer.stdout == ""
    [(path, epochs, way)] = re.findall(STOPPED, answer.stderr)
    assert (path, epochs) == (str(out), "2")
    assert way == RESUMED
    assert json.loads(succeed("evaluate", out, pets / "validation", "--json").stdout)["pictures"] == 12


def test_control_c_before_an_epoch_ends_writes_nothing(trains, pets, quarter, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("amalthea.transfer.features.extraction.Keeper.add", interrupted)
    answer = call("train", pets / "train", *quarter, "--json", "--out", tmp_path / "pets.onnx")
    assert (answer.exit_code, answer.stdout) == (130, "")
    assert "The same command goes on with the features that are kept." in answer.stderr
    assert not (tmp_path / "pets.onnx").exists()


def test_control_c_after_the_last_epoch_leaves_nothing_to_do(control_c, pets, quarter, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    out = tmp_path / "pets.keras"
    monkeypatch.setattr("amalthea.ImageClassifier.evaluate", interrupted)
    answer = call("train", pets / "train", *quarter, "--epochs", 2, "--json", "--out", out)
    assert answer.exit_code == 130
    assert answer.stderr.endswith(f"{out} holds what the 2 epochs taught it. Nothing was left to train.\n")
    assert json.loads(answer.stdout)["finished"]


def test_an_error_that_was_made_of_control_c_leaves_the_same_to_do(tmp_path):
    class Interrupted:
        def fit(self, *_, **__):
            self.history_ = {"loss": [1.0]}
            raise RuntimeError("UnknownError: KeyboardInterrupt")

    course = Course(Interrupted(), Plan(head=4, tuning=0, layers=None, rate=1e-4))
    with pytest.raises(RuntimeError):
        course.run(Photographs([], []), None, tmp_path / "pets.keras")
    assert course.left.options() == ["--epochs", "3"]


def test_fine_tuning_that_makes_nothing_better_is_discarded_and_that_is_said(trains, pets, quarter, tmp_path):
    out = tmp_path / "pets.keras"
    tuning = ["--fine-tune", "conv_dw_13", "--fine-tune-epochs", 2, "--fine-tune-learning-rate", 100]
    command = ["train", pets / "train", *quarter, "--epochs", 2, *tuning, "--out", out]
    *_, discarded, written = succeed(*command).stdout.splitlines()
    assert discarded == "Fine-tuning was discarded: none of its epochs was better than what was learned before."
    assert written == f"Written: {out}"
    facts = json.loads(succeed(*command, "--json").stdout)
    assert (facts["kept_epoch"], facts["fine_tuning_kept"]) == (2, False)


def test_which_epoch_early_stopping_kept_is_said(trains, pets, quarter, tmp_path):
    out = tmp_path / "pets.keras"
    answer = succeed("train", pets / "train", *quarter, "--learning-rate", 3, "--patience", 2, "--out", out)
    history = amalthea.ImageClassifier.load(out).history
    epochs = len(history["loss"])
    assert history["kept"][-1] == epochs - 2
    assert f"\nKept: epoch {epochs - 2} of {epochs}, the best one.\n" in answer.stdout
