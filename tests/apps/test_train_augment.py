"""`amalthea train --augment`, on real photographs."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

import amalthea
from amalthea.apps.command_line import command_line
from amalthea.images import TUTORIAL, Augmentation
from tests.transfer.classifier.classes import classifier, write_coloured

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
    assert f"'{wrong}' is neither 'live' nor 'none' nor a number of versions from 1 on." in answer.stderr


def test_how_it_augments_is_the_tutorials_but_for_what_is_given(trains, pets, quarter, tmp_path):
    out = tmp_path / "pets.keras"
    command = ["train", pets / "train", *quarter, "--split", 0, "--epochs", 1, "--out", out]
    given = ["--augment", 1, "--rotation", 30, "--brightness", 0.8, 1.2, "--no-horizontal-flip"]
    assert call(*command, *given).exit_code == 0
    changes = {"rotation": 30, "brightness": (0.8, 1.2), "horizontal_flip": False}
    assert amalthea.ImageClassifier.load(out).augmentation == replace(TUTORIAL, **changes)


def test_a_file_goes_on_as_it_augmented_but_for_what_is_given(trains, tmp_path):
    folder, out = write_coloured(tmp_path / "pictures", 9), tmp_path / "new.keras"
    turned = Augmentation(rotation=40, zoom=(0.9, 1.1))
    classifier(augment=1, augmentation=turned, epochs=1).fit(folder).save(tmp_path / "old.keras")
    command = ["train", folder, "--model", tmp_path / "old.keras", "--split", 0, "--fine-tune-epochs", 1, "--out", out]
    for given, expected in (
        ([], (1, turned)),
        (["--augment", "live", "--zoom", 1, 1], ("live", replace(turned, zoom=(1, 1)))),
        (["--augment", "none"], (None, None)),
    ):
        answer = call(*command, *given)
        assert answer.exit_code == 0, answer.output
        loaded = amalthea.ImageClassifier.load(out)
        assert (loaded.augment, loaded.augmentation) == expected


def test_filling_with_another_value_or_otherwise(trains, tmp_path):
    folder, out = write_coloured(tmp_path / "pictures", 9), tmp_path / "new.keras"
    filled = Augmentation(rotation=40, fill_mode="constant", fill_value=200)
    classifier(augment=1, augmentation=filled, epochs=1).fit(folder).save(tmp_path / "old.keras")
    command = ["train", folder, "--model", tmp_path / "old.keras", "--split", 0, "--fine-tune-epochs", 1, "--out", out]
    for given, expected in (
        (["--fill-value", 30], replace(filled, fill_value=30)),
        (["--fill-mode", "reflect"], replace(filled, fill_mode="reflect", fill_value=0)),
    ):
        answer = call(*command, "--augment", "live", *given)
        assert answer.exit_code == 0, answer.output
        assert amalthea.ImageClassifier.load(out).augmentation == expected
    answer = call(*command, "--augment", "live", "--fill-mode", "nearest", "--fill-value", 30)
    assert answer.exit_code == 1
    assert "fill_value=30.0 is used by fill_mode='constant' alone, and fill_mode is 'nearest'" in answer.stderr


def test_a_new_network_is_refused_a_value_that_fills_nothing(pets, tmp_path):
    answer = call("train", pets / "train", "--augment", "live", "--fill-value", 30, "--out", tmp_path / "pets.onnx")
    assert answer.exit_code == 1
    assert "fill_value=30.0 is used by fill_mode='constant' alone" in answer.stderr
