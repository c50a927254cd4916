"""`amalthea check`: what it prints, and its exit status."""

import json
import os
import shutil
import sys

import pytest
from click.testing import CliRunner

from amalthea.apps.command_line import command_line

pytestmark = pytest.mark.single_backend


def call(*arguments):
    return CliRunner().invoke(command_line, ["check", *map(str, arguments)])


def test_sound_pictures_end_with_0(pets):
    answer = call(pets / "train", "--validation", pets / "validation")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout.startswith("42 pictures of 3 classes\n\nclass             training  validation\nAbyssinian  ")


def test_a_broken_and_a_leaking_picture_end_with_1(pets):
    broken, leaked = pets / "train" / "Bengal" / "broken.jpg", pets / "validation" / "Bengal" / "copy.jpg"
    broken.touch()
    assert call(pets / "train").exit_code == 1
    broken.unlink()
    shutil.copy(next((pets / "train" / "Bengal").iterdir()), leaked)
    assert call(pets / "train").exit_code == call(pets / "validation").exit_code == 0
    answer = call(pets / "train", "--validation", pets / "validation")
    assert answer.exit_code == 1
    assert f"  = {leaked}\n" in answer.stdout


def test_json(pets):
    (pets / "train" / "Bengal" / "broken.jpg").touch()
    answer = call(pets / "train", "--smallest", 10_000, "--json")
    report = json.loads(answer.stdout)
    assert (answer.exit_code, report["sound"], report["pictures"]) == (1, False, 30)
    kinds = [finding["kind"] for finding in report["findings"]]
    assert (kinds.count("tiny"), kinds.count("unreadable")) == (30, 1)


def test_a_name_that_is_no_text(pets):
    if sys.platform == "win32" or sys.getfilesystemencoding() != "utf-8":
        pytest.skip("this system has no such names")
    os.close(os.open(os.fsencode(pets / "train" / "Bengal") + b"/\xff.jpg", os.O_CREAT | os.O_WRONLY))
    answer = call(pets / "train")
    assert (answer.exit_code, "\N{REPLACEMENT CHARACTER}.jpg is empty" in answer.stdout) == (1, True)
    assert "\\udcff.jpg" in call(pets / "train", "--json").stdout


@pytest.mark.parametrize(
    ("name", "words"), [("nowhere", "There is no folder"), ("", "look like the parts of a data set")]
)
def test_a_folder_that_cannot_be_checked(pets, name, words):
    answer = call(pets / name)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr.startswith("Error: ") and words in answer.stderr
