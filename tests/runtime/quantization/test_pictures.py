"""Pictures to calibrate with and pictures to judge by are never the same."""

import shutil

import numpy as np
import pytest
from PIL import Image

from amalthea.catalog import scaling_steps
from amalthea.errors import AmaltheaWarning, ArgumentError, MissingFileError
from amalthea.images import Preparation
from amalthea.runtime.quantization.pictures import divide, find, read

pytestmark = pytest.mark.single_backend


@pytest.fixture
def folder(tmp_path):
    """No pictures, but each of another content."""
    for kind in ("cat", "dog"):
        (tmp_path / "pets" / kind).mkdir(parents=True)
        for number in range(20):
            (tmp_path / "pets" / kind / f"{number:02}.jpg").write_text(f"{kind} {number}")
    return tmp_path / "pets"


def test_half_of_a_folder_judges(folder):
    chosen, judges = divide(folder)
    assert len(chosen) == len(judges) == 20
    assert sorted(chosen + judges) == sorted(folder.rglob("*.jpg"))
    assert divide(str(folder)) == (chosen, judges)
    for part in (chosen, judges):
        assert 5 < sum(path.parent.name == "cat" for path in part) < 15, "a class is nearly missing"


def test_paths_and_folders_may_be_mixed(folder):
    cats = sorted((folder / "cat").iterdir())
    chosen, judges = divide([*cats[:3], folder / "dog"])
    assert set(chosen + judges) == {*cats[:3], *(folder / "dog").iterdir()}


def test_large_folders_are_sampled(tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(2000)]
    for path in paths:
        path.write_text(path.name)
    chosen, judges = divide(paths)
    assert (len(chosen), len(judges)) == (300, 1000)
    assert not set(chosen) & set(judges)
    chosen, judges = divide(paths[:400], paths[400:])
    assert (len(chosen), len(judges)) == (300, 1000)


def test_what_judges_is_not_calibrated_with(folder):
    chosen, judges = divide(folder, folder / "dog")
    assert sorted(judges) == sorted((folder / "dog").iterdir())
    assert sorted(chosen) == sorted((folder / "cat").iterdir())
    link = folder / "link"
    link.symlink_to(folder / "cat")
    chosen, _ = divide(folder / "cat", [link / "00.jpg"])
    assert len(chosen) == 19, "the same file by another name"


def test_a_picture_counts_once(folder):
    """Whatever its names are, it never stands on both sides."""
    cats = sorted((folder / "cat").iterdir())
    for number, cat in enumerate(cats):
        shutil.copy(cat, folder / "dog" / f"copy{number}.jpg")
        (folder / f"link{number}.jpg").symlink_to(cat)
    chosen, judges = divide(folder)
    assert len(chosen) == len(judges) == 20
    assert len({path.read_text() for path in chosen + judges}) == 40
    with pytest.raises(ArgumentError, match="Of 20 pictures, none is left to calibrate with, since those to judge by"):
        divide(folder / "cat", folder / "dog")
    with pytest.raises(ArgumentError, match="Of 1 pictures, none is left"):
        divide([cats[0], folder / "link0.jpg"])


def test_wrong_pictures(folder, tmp_path):
    with pytest.raises(ArgumentError, match="Of 20 pictures, none is left to calibrate with"):
        divide(folder / "cat", folder)
    with pytest.raises(ArgumentError, match="Of 1 pictures, none is left to calibrate with"):
        divide(folder / "cat" / "00.jpg")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArgumentError, match=r"There is no picture in the folder .*empty"):
        divide(tmp_path / "empty")
    with pytest.raises(MissingFileError, match=r"There is no picture .*nowhere"):
        divide(folder, tmp_path / "nowhere")
    with pytest.raises(ArgumentError, match="No picture was named"):
        find([])


def test_broken_files_are_left_out(folder):
    preparation = Preparation(size=(8, 6), scaling=scaling_steps("tf"))
    paths = sorted((folder / "cat").iterdir())[:3]
    with pytest.raises(ArgumentError, match=r"None of 3 files is a usable picture. The first: .*00\.jpg"):
        read(paths, preparation)
    Image.fromarray(np.full((20, 20, 3), 7, np.uint8)).save(paths[1], "PNG")
    with pytest.warns(AmaltheaWarning, match=r"2 of 3 files are no usable pictures and left out:\n.*00\.jpg"):
        [picture] = read(paths, preparation)
    assert picture.shape == (8, 6, 3)
    assert (picture == 7).all()
