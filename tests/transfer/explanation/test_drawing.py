"""What is drawn of an explanation."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from amalthea.errors import ArgumentError, StorageError
from amalthea.transfer import Explanation
from tests.transfer.explanation.pictures import noise

pytestmark = pytest.mark.single_backend


def explanation(rows=40, columns=60, **changes):
    strengths = np.zeros((rows, columns), np.float32)
    strengths[10:20, 30:50] = 0.5
    strengths[12, 40] = 1
    facts = {"target": "cat", "probability": 0.75, "method": "grad_cam", "layer": "last", **changes}
    return Explanation(picture=noise(rows, columns), map=strengths, **facts)


def size(path):
    with Image.open(path) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        return image.size


def test_colours_over_grey():
    found = explanation()
    drawn = found.overlay().astype(int)
    assert (found.overlay().shape, found.overlay().dtype) == (found.picture.shape, np.uint8)
    coloured = np.ptp(drawn, axis=2) > 0
    np.testing.assert_array_equal(coloured, found.map > 0)
    grey = np.asarray(Image.fromarray(found.picture).convert("L"), int)
    assert np.abs(drawn[~coloured][:, 0] - grey[~coloured]).max() <= 1
    assert np.ptp(drawn[12, 40]) > np.ptp(drawn[10:20, 30:50], axis=2).mean()


def test_where_the_peak_is():
    assert explanation().peak == (12.5 / 40, 40.5 / 60)


def test_where_nothing_speaks_for_a_class(tmp_path):
    """There is no peak; and the caption says so instead of naming a layer."""
    pictures = []
    for name, layer in (("one", "last"), ("other", "first")):
        found = dataclasses.replace(explanation(layer=layer), map=np.zeros((40, 60), np.float32))
        assert found.peak is None
        found.save(tmp_path / f"{name}.png")
        explanation(layer=layer).save(tmp_path / f"{name}_peak.png")
        pictures += [np.asarray(Image.open(tmp_path / f"{file}.png")) for file in (name, f"{name}_peak")]
    nothing, something, still_nothing, another = (each[10 + 6 * 40 + 10 :] for each in pictures)
    np.testing.assert_array_equal(nothing, still_nothing)
    assert (something != another).any() and (nothing != something).any()


def test_picture_and_map_side_by_side(tmp_path):
    found = explanation()
    found.save(tmp_path / "map.png")
    width, height = size(tmp_path / "map.png")
    assert width > 2 * 6 * 60 and height > 6 * 40  # each enlarged to 360 pixels
    with Image.open(tmp_path / "map.png") as image:
        pixels = np.asarray(image)
    caption = pixels[10 + 6 * 40 + 10 :]
    assert (caption < 100).any(axis=(1, 2)).sum() > 15, "no text"
    assert (pixels[:, :5] == 255).all()
    left, right = pixels[10 : 10 + 240, 10 : 10 + 360], pixels[10 : 10 + 240, -10 - 360 : -10]
    assert left.mean(axis=(0, 1)) == pytest.approx(found.picture.mean(axis=(0, 1)), abs=1)
    assert right.mean(axis=(0, 1)) == pytest.approx(found.overlay().mean(axis=(0, 1)), abs=1)
    found.save(str(tmp_path / "again.PNG"))
    assert size(tmp_path / "again.PNG") == (width, height)


def test_large_pictures_keep_their_pixels(tmp_path):
    explanation(500, 400).save(tmp_path / "map.png")
    assert size(tmp_path / "map.png")[0] == 2 * 400 + 3 * 10


@pytest.mark.parametrize(
    "name", ["", "a" * 5000, "кошка 猫 قطة", "two\nlines\tand \0", "\udcff.jpg", "<script>alert(1)</script>"]
)
def test_names_of_any_kind(name, tmp_path):
    explanation(target=name, layer=None, method="occlusion").save(tmp_path / "map.png")
    assert size(tmp_path / "map.png") == (2 * 360 + 3 * 10, 240 + 2 * 10 + 2 * 28)


def test_another_kind_of_file(tmp_path):
    with pytest.raises(ArgumentError, match=r"map\.jpg does not end in \.png"):
        explanation().save(tmp_path / "map.jpg")
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Cannot write into"):
        explanation().save(tmp_path / "file" / "map.png")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_as_text():
    assert repr(explanation()) == "<Explanation of 'cat', 0.750, by grad_cam>"
