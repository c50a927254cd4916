"""docs/pictures.md says what is true: its commands and its Python run on a few pictures of the pets."""

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from amalthea import Augmentation
from amalthea.apps.command_line import command_line
from amalthea.images import read_picture
from amalthea.images.checking import fingerprints
from docs import generate

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.single_backend


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def pets(tmp_path, monkeypatch, test_data):
    """Five pictures of each breed in the folders that the page names, and a cat."""
    monkeypatch.chdir(tmp_path)
    for part in ("train", "validation"):
        for breed in (test_data / "pets" / part).iterdir():
            folder = tmp_path / "pets" / part / breed.name
            folder.mkdir(parents=True)
            for picture in sorted(breed.glob("*.jpg"))[:5]:
                shutil.copy(picture, folder)
    shutil.copy(test_data / "images" / "cat_720p.jpg", tmp_path / "cat.jpg")
    return tmp_path


@pytest.mark.parametrize("line", [line for block in blocks("sh") for line in block.splitlines()])
def test_every_command_runs(line, pets):
    program, *arguments = shlex.split(line)
    if arguments[0] == "augment":
        pytest.importorskip("cv2", reason="OpenCV is not installed: amalthea[training]")
    answer = CliRunner().invoke(command_line, arguments)
    assert (program, answer.exit_code, answer.stderr) == ("amalthea", 0, "")
    if "--grid" in arguments:
        assert read_picture(arguments[arguments.index("--grid") + 1]).shape[1] > 800


def test_the_python_runs(pets, capsys):
    pytest.importorskip("cv2", reason="OpenCV is not installed: amalthea[training]")
    assert len(blocks("python")) == 2
    exec(compile("".join(blocks("python")), "pictures.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == [
        "12 3 ('Abyssinian', 'Bengal', 'american_bulldog')",
        "(12, 150, 150, 3) (12,)",
    ]


def test_the_table_has_every_parameter():
    rows = re.findall(r"^\| (`.*?`) \|", PAGE, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(Augmentation.__slots__)


def test_the_picture_is_what_the_command_draws():
    pytest.importorskip("cv2", reason="OpenCV is not installed: amalthea[training]")
    shown, drawn = read_picture(ROOT / "docs" / "augment.jpg"), generate.augmentation_grid()
    assert shown.shape == drawn.shape
    assert np.abs(shown - drawn.astype(float)).mean() < 5, "renew it: python docs/generate.py"


def test_the_numbers_are_those_of_the_code():
    assert f"at most {fingerprints._NEAR} of 64 bits" in PAGE


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
