"""What `amalthea train` tries before the training that counts, and what it does with the answers after it."""

import json
import shutil

import pytest

import amalthea
from amalthea.errors import ArgumentError
from tests.apps.commands import call, succeed

pytestmark = pytest.mark.single_backend


def test_help_shows_every_option_in_its_section(trains):
    lines = succeed("train", "--help").stdout.splitlines()
    titles = [line.removesuffix(":") for line in lines if line and not line.startswith(" ") and line.endswith(":")]
    assert titles == [
        *("Results", "Pictures", "Network", "Choosing", "Head", "Training", "Fine-tuning", "Augmentation", "Answers"),
        "Other",
    ]
    for option in ("--compare", "--kfold", "--mixup", "--resume", "--report", "--threshold", "--gradual"):
        assert sum(line.startswith(f"  {option} ") or line.strip() == option for line in lines) == 1, option
    assert lines[lines.index("Other:") + 1 :] == ["  -h, --help  Show this message and exit."]


def test_networks_are_compared_and_the_best_is_trained(trains, pets, cached_weights, tmp_path):
    out = tmp_path / "pets.keras"
    command = ["train", pets / "train", "--validation", pets / "validation", "--epochs", 3, "--out", out]
    page = tmp_path / "pets.html"
    page.with_suffix(".json").write_text("of the user")
    command += ["--compare", "MobileNet:0.25,EfficientNetLite0", "--kfold", 2]
    answer = succeed(*command, "--json", "--report", page)
    found = json.loads(answer.stdout)
    facts = json.loads((tmp_path / "pets-facts.json").read_text(encoding="ascii"))
    assert (facts["comparison"], facts["folds"]) == (found["comparison"], found["folds"])
    assert list(facts["seconds"])[:2] == ["comparison", "cross-validation"] and facts["chosen"] == []
    assert "over 2 folds" in page.read_text(encoding="utf-8") and (tmp_path / "pets-comparison.png").is_file()
    assert (found["report"], page.with_suffix(".json").read_text()) == (str(page), "of the user")
    rows = {row["name"]: row for row in found["comparison"]["models"]}
    assert rows.keys() == {"MobileNet:0.25", "EfficientNetLite0"}
    assert all(row["throughput"] > 0 and row["error"] is None for row in rows.values())
    assert found["comparison"]["best"] == max(rows, key=lambda name: (rows[name]["accuracy"], -rows[name]["latency"]))
    name, _, alpha = found["comparison"]["best"].partition(":")
    best = amalthea.ImageClassifier.load(out)
    assert (best.variant_, best.alpha) == (name, float(alpha) if alpha else None)
    assert found["validation"]["accuracy"] == pytest.approx(rows[found["comparison"]["best"]]["accuracy"])


def test_a_network_that_cannot_be_had_is_left_out_and_told(trains, pets, cached_weights, monkeypatch, tmp_path):
    monkeypatch.setenv("AMALTHEA_OFFLINE", "1")
    out = tmp_path / "pets.onnx"
    command = ["train", pets / "train", "--validation", pets / "validation", "--epochs", 1, "--out", out]
    answer = call(*command, "--compare", "NASNetMobile,EfficientNetLite0", "--json")
    assert answer.exit_code == 1
    found = json.loads(answer.stdout)
    assert {row["name"] for row in found["comparison"]["models"] if row["error"]} == {"NASNetMobile"}
    assert found["comparison"]["best"] == found["model"] == "EfficientNetLite0"
    assert out.is_file()
    [said] = [line for line in answer.stderr.splitlines() if line.startswith("Warning: ")]
    assert said.startswith("Warning: --compare: left out is NASNetMobile: ")
    assert "AMALTHEA_OFFLINE" in said


def test_folds_and_their_ensemble(trains, pets, quarter, tmp_path):
    out = tmp_path / "pets.onnx"
    command = ["train", pets / "train", "--validation", pets / "validation", *quarter, "--epochs", 6, "--out", out]
    answer = succeed(*command, "--kfold", 3, "--ensemble")
    assert "fold" in answer.stdout
    assert answer.stdout.splitlines()[-1] == f"Written: {out}"
    answers = json.loads(succeed("predict", pets / "validation", "--model", out, "--json").stdout)
    assert len(answers) == 12
    assert all(sum(scored["probability"] for scored in each["classes"]) == pytest.approx(1) for each in answers)
    found = json.loads(succeed(*command, "--kfold", 3, "--json").stdout)
    assert len(found["history"]["loss"]) == 6
    assert found["folds"] is not None


def test_a_learning_rate_is_looked_for(trains, pets, quarter, tmp_path):
    out = tmp_path / "pets.keras"
    command = ["train", pets / "train", "--validation", pets / "validation", *quarter, "--epochs", 3, "--out", out]
    found = json.loads(succeed(*command, "--learning-rate", "auto", "--json").stdout)
    assert 1e-6 < found["learning_rate"] < 1
    assert amalthea.ImageClassifier.load(out).learning_rate == found["learning_rate"]


def test_training_options_arrive(trains, pets, quarter, tmp_path):
    out = tmp_path / "pets.keras"
    succeed(
        *("train", pets / "train", *quarter, "--epochs", 1, "--schedule", "cosine", "--label-smoothing", 0.1),
        *("--mixup", 0.2, "--l1", 1e-5, "--l2", 1e-4, "--fine-tune", 2, "--fine-tune-epochs", 2, "--gradual"),
        *("--fine-tune-learning-rate", "1e-5:1e-3", "--out", out),
    )
    classifier = amalthea.ImageClassifier.load(out)
    expected = {"schedule": "cosine", "label_smoothing": 0.1, "mixup": 0.2, "l1": 1e-5, "l2": 1e-4}
    assert {name: classifier.get_params()[name] for name in expected} == expected
    assert (classifier.tuned_from_, len(classifier.history["loss"])) == (1, 3)


@pytest.mark.filterwarnings("ignore:2 of 21 pictures cannot be used")
def test_answers_know_their_limits(trains, pets, quarter, tmp_path, test_data):
    out = tmp_path / "pets.onnx"
    command = ["train", pets / "train", "--split", 0.4, *quarter, "--epochs", 6, "--out", out]
    answer = succeed(*command, "--threshold", 0.999)
    assert "Answers of a probability below 0.999 are none of the classes." in answer.stdout
    again = ["train", pets / "train", *quarter, "--epochs", 2, "--calibrate", "--out", out]
    assert "Calibrated with 21 pictures: temperature " in succeed(*again, "--split", 0.7).stderr
    before = out.read_bytes()
    judging = tmp_path / "judging"
    for folder in (test_data / "pets" / "validation").iterdir():
        (judging / folder.name).mkdir(parents=True)
        for path in sorted(folder.iterdir())[:7]:
            shutil.copy(path, judging / folder.name)
    for path in sorted((judging / "Bengal").iterdir())[:2]:  # of 21, one too many
        path.write_bytes(b"no picture")
    page = tmp_path / "curves.png"
    some = ["--validation", judging, "--on-error", "skip"]
    refused = call(*again, *some, "--threshold", 0.5, "--curves", page, "--json")
    assert refused.exit_code == 1
    assert "Warning: --calibrate: 19 pictures do not tell how sure a classifier should be" in refused.stderr
    assert refused.stderr.endswith("The classifier is written as it was trained.\n")
    found = json.loads(refused.stdout)
    assert (found["temperature"], found["threshold"], found["validation"]["pictures"]) == (1, 0.5, 19)
    assert out.read_bytes() != before and page.is_file()


def test_what_could_be_calibrated_stays_so_where_there_is_no_threshold(trains, pets, quarter, tmp_path, monkeypatch):
    def refused(*_, **__):
        raise ArgumentError("No threshold leaves answers that are so right.")

    monkeypatch.setattr("amalthea.ImageClassifier.find_threshold", refused)
    out = tmp_path / "pets.keras"
    command = ["train", pets / "train", *quarter, "--split", 0.7, "--epochs", 2, "--out", out]
    answer = call(*command, "--calibrate", "--threshold", "auto")
    assert answer.exit_code == 1
    said = "Warning: --threshold auto: No threshold leaves answers that are so right. The classifier is written without"
    assert said in answer.stderr
    assert answer.stdout.endswith(f"\nWritten: {out}\n")
    classifier = amalthea.ImageClassifier.load(out)
    assert classifier.temperature_ != 1 and classifier.threshold is None


def test_folds_are_trained_as_the_classifier_will_be(trains, pets, quarter, tmp_path, monkeypatch):
    given = {}

    def seen(*_, **options):
        given.update(options)
        raise ArgumentError("That is enough.")

    monkeypatch.setattr("amalthea.transfer.cross_validate", seen, raising=False)
    tuning = ["--fine-tune", 2, "--schedule", "cosine", "--kfold", 2, "--resume"]
    answer = call("train", pets / "train", *quarter, *tuning, "--out", tmp_path / "pets.keras")
    assert answer.stderr.endswith("That is enough.\n")
    assert given["resume"] is True
    assert (given["fine_tune"]["blocks"], given["fine_tune"]["schedule"]) == (2, "cosine")


def test_every_network_to_compare_has_the_layers_to_fine_tune(trains, pets, tmp_path):
    command = ["train", pets / "train", "--compare", "VGG16,MobileNet:0.25", "--out", tmp_path / "pets.keras"]
    refused = call(*command, "--fine-tune", "block5")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "block5" in refused.stderr and "mobilenet" in refused.stderr.lower()


def test_control_c_in_the_folds_says_that_they_go_on(control_c, pets, quarter, tmp_path):
    control_c(2)
    out = tmp_path / "pets.keras"
    answer = call("train", pets / "train", *quarter, "--epochs", 2, "--kfold", 2, "--out", out)
    assert answer.exit_code == 130
    way = "The same command with --resume goes on with what is kept."
    assert answer.stderr.endswith(f"Stopped before the training for {out} began. {way}\n")


def test_an_ensemble_that_is_finished_is_kept(trains, pets, quarter, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("amalthea.ImageClassifier.evaluate", interrupted)
    out = tmp_path / "pets.keras"
    command = ["train", pets / "train", *quarter, "--epochs", 1, "--kfold", 2, "--ensemble", "--json", "--out", out]
    answer = call(*command)
    assert answer.exit_code == 130
    assert answer.stderr.endswith(f"{out} holds what the folds taught it. Nothing was left to train.\n")
    assert json.loads(answer.stdout)["finished"]


def test_a_report_beside_the_classifier(trains, pets, quarter, tmp_path):
    out, page = tmp_path / "pets.keras", tmp_path / "report.html"
    command = ["train", pets / "train", "--validation", pets / "validation", *quarter, "--epochs", 2, "--out", out]
    answer = succeed(*command, "--report", page)
    assert answer.stdout.splitlines()[-2:] == [f"Written: {out}", f"Written: {page}"]
    assert "american_bulldog" in page.read_text(encoding="utf-8")
    assert (tmp_path / "report-facts.json").is_file()


def test_what_does_not_go_with_a_file_of_an_earlier_run(trains, pets, quarter, tmp_path):
    out = tmp_path / "pets.keras"
    succeed("train", pets / "train", *quarter, "--epochs", 1, "--out", out)
    refused = call("train", pets / "train", "--model", out, "--learning-rate", "auto", "--out", out)
    assert refused.exit_code == 2
    assert f"--learning-rate: {out} is built and trained already." in refused.stderr
    with pytest.raises(ArgumentError, match=r"give fine_tune.*, or lr_find\(X=\.\.\.\), those to learn from"):
        amalthea.ImageClassifier.load(out).lr_find()
