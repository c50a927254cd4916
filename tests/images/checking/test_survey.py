"""Pictures of a list: their sizes by Pillow, those that cannot be read, and those that look the same."""

import shutil
import sys

import pytest
from PIL import Image

from amalthea.images import survey

pytestmark = pytest.mark.single_backend


@pytest.fixture
def pictures(test_data, tmp_path):
    """A photograph, the same smaller and as it is, another one, and two that cannot be read."""
    shutil.copy(test_data / "images" / "elephant.jpg", tmp_path / "whole.jpg")
    shutil.copy(test_data / "images" / "elephant.jpg", tmp_path / "equal.jpg")
    with Image.open(tmp_path / "whole.jpg") as image:
        image.resize((image.width // 3, image.height // 3)).save(tmp_path / "small.png")
    shutil.copy(test_data / "images" / "parrot.jpg", tmp_path / "other.jpg")
    (tmp_path / "broken.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:3000])
    return [tmp_path / name for name in ("whole.jpg", "other.jpg", "broken.jpg", "small.png", "none.jpg", "equal.jpg")]


def test_sizes_and_what_cannot_be_read(pictures):
    found = survey(pictures)
    for place in (0, 1, 3, 5):
        with Image.open(pictures[place]) as image:
            assert found.sizes[place] == (image.height, image.width)
    assert [found.sizes[place] for place in found.errors] == [None, None]
    assert "broken.jpg cannot be decoded" in str(found.errors[2])
    assert "There is no file" in str(found.errors[4])


def test_by_looks_a_smaller_one_is_the_same(pictures):
    pytest.importorskip("imagehash", reason="ImageHash is not installed: amalthea[check]")
    found = survey(pictures)
    assert (found.alike, found.by_looks) == (((0, 3, 5),), True)


def test_without_image_hash_only_equal_files_are(pictures, monkeypatch):
    monkeypatch.setitem(sys.modules, "imagehash", None)
    found = survey(pictures)
    assert (found.alike, found.by_looks) == (((0, 5),), False)


def test_no_picture_at_all():
    found = survey([])
    assert (found.sizes, found.errors, found.alike) == ((), {}, ())
