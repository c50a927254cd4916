"""`amalthea augment`: the grid that it writes is the one that the library draws."""

from dataclasses import asdict

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from amalthea.apps.augment import augment
from amalthea.apps.command_line import command_line
from amalthea.apps.train import train
from amalthea.errors import AmaltheaWarning
from amalthea.images import PREVIEW, TUTORIAL, Augmentation, preview, read_picture
from amalthea.images.augmentation import FILL_MODES

pytestmark = pytest.mark.single_backend

STILL = {"rotation": 0, "width-shift": 0, "height-shift": 0, "shear": 0, "zoom": "1 1"}


@pytest.fixture
def cat(test_data):
    return test_data / "images" / "cat_720p.jpg"


def call(*arguments):
    return CliRunner().invoke(command_line, ["augment", *map(str, arguments)])


def options(values):
    return [word for name, value in values.items() for word in (f"--{name}", *str(value).split())]


def test_the_defaults_are_those_of_the_tutorial(cat, tmp_path):
    pytest.importorskip("cv2", reason="OpenCV is not installed: amalthea[training]")
    answer = call(cat, "--grid", tmp_path / "preview.png")
    assert (answer.exit_code, answer.stdout) == (0, f"Written: {tmp_path / 'preview.png'}\n")
    np.testing.assert_array_equal(
        np.asarray(Image.open(tmp_path / "preview.png")), preview(read_picture(cat), PREVIEW, rows=3, columns=4)
    )


@pytest.mark.parametrize(("command", "defaults"), [(augment, PREVIEW), (train, TUTORIAL)])
def test_every_parameter_has_its_option(command, defaults):
    """And each default is that of the tutorial, though written again: help must not import NumPy."""
    given = {option.name: option.default for option in command.params}
    parameters = asdict(defaults)
    assert {name: given[name] for name in parameters if name != "brightness"} == {
        name: value for name, value in parameters.items() if name != "brightness"
    }
    [fill_mode] = [option for option in command.params if option.name == "fill_mode"]
    assert tuple(fill_mode.type.choices) == FILL_MODES


def test_each_option_reaches_the_picture(cat, tmp_path):
    pytest.importorskip("cv2", reason="OpenCV is not installed: amalthea[training]")
    changes = {"rotation": 90, "shear": 30, "channel-shift": 80, "brightness": "0.2 0.5", "width-shift": 0.5}
    shape = ["--rows", 1, "--columns", 3, "--side", 50, "--no-horizontal-flip"]
    pictures = [read_picture(cat)]
    for change in ({}, *({name: value} for name, value in changes.items())):
        assert call(cat, "--grid", tmp_path / "grid.png", *shape, *options(STILL | change)).exit_code == 0
        pictures.append(read_picture(tmp_path / "grid.png"))
    original, still, *changed = pictures
    expected = preview(original, Augmentation(), rows=1, columns=3, side=50)
    np.testing.assert_array_equal(still, expected)
    assert all((picture != still).any() for picture in changed)
    assert len({picture.tobytes() for picture in changed}) == len(changes)


def test_a_suffix_may_have_capitals(cat, tmp_path):
    assert call(cat, "--grid", tmp_path / "x.PNG", "--rows", 1, "--side", 20, *options(STILL)).exit_code == 0
    with Image.open(tmp_path / "x.PNG") as image:
        assert image.format == "PNG"


def test_a_shear_in_radians_is_told(cat, tmp_path):
    with pytest.warns(AmaltheaWarning, match=r"write shear=11\.5 for the same"):
        call(cat, "--grid", tmp_path / "x.png", "--rows", 1, "--columns", 1, *options(STILL | {"shear": 0.2}))


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--grid", "preview.txt"], 2, "must end in .png or .jpg"),
        (["--grid", "nowhere/preview.png"], 2, "there is no folder"),
        (["--grid", "x.WebP", "--side", "5000", "--columns", "4"], 2, "20020 × 8452 pixels, and a .WebP file holds"),
        (["--rotation", "500", "--grid", "preview.png"], 1, "rotation"),
        (["--fill-value", "9", "--grid", "preview.png"], 1, "fill_value=9.0 is used by fill_mode='constant' alone"),
        (["--seed", "-1", "--grid", "preview.png"], 2, "-1"),
        ([], 2, "--grid"),
    ],
)
def test_what_is_refused(cat, tmp_path, monkeypatch, arguments, status, words):
    monkeypatch.chdir(tmp_path)
    answer = call(cat, *arguments)
    assert (answer.exit_code, answer.stdout) == (status, "")
    assert words in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_picture(tmp_path):
    answer = call(tmp_path / "nowhere.jpg", "--grid", tmp_path / "preview.png")
    assert answer.exit_code == 1
    assert "There is no file" in answer.stderr
