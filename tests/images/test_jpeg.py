import io
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from amalthea.errors import ImageError
from amalthea.images import jpeg, load_image
from amalthea.images.resizing import nearest

pytestmark = pytest.mark.single_backend


@given(st.tuples(*[st.integers(1, 900)] * 2), st.tuples(*[st.integers(1, 400)] * 2))
def test_the_nearest_pixel_is_pillows(source, target):
    numbers = np.arange(source[0] * source[1], dtype=np.uint32).reshape(source)
    picture = numbers.view(np.uint8).reshape(*source, 4)[..., :3]
    expected = Image.fromarray(np.ascontiguousarray(picture)).resize(target[::-1], Image.Resampling.NEAREST)
    np.testing.assert_array_equal(nearest(picture, target), np.asarray(expected))


def opened(path):
    return Image.open(path, formats=("JPEG",))


def saved(picture, **options):
    file = io.BytesIO()
    picture.save(file, "JPEG", **options)
    return file.getvalue()


class TestDecoded:
    @pytest.fixture(autouse=True)
    def needs_simplejpeg(self):
        pytest.importorskip("simplejpeg", reason="simplejpeg is not installed: amalthea[training]")

    def test_the_pixels_are_pillows(self, test_data):
        paths = [*sorted((test_data / "pets").rglob("*.jpg"))[::12], test_data / "images" / "elephant.jpg"]
        decoded = 0
        for path in paths:
            with opened(path) as image:
                pixels = jpeg.decoded(image)
                if pixels is not None:
                    np.testing.assert_array_equal(pixels, np.asarray(image))  # Pillow reads it now, from the start
                    decoded += 1
        assert decoded > 0.9 * len(paths)

    @pytest.mark.parametrize(
        "options", [{"subsampling": 0}, {"subsampling": 1}, {"progressive": True}, {"quality": 5}, {"optimize": True}]
    )
    def test_every_kind_of_colour_file(self, options, test_data):
        with Image.open(test_data / "images" / "parrot.jpg") as picture:
            content = saved(picture.resize((301, 203)), **options)
        image = opened(io.BytesIO(content))
        pixels = jpeg.decoded(image)
        assert pixels is not None
        np.testing.assert_array_equal(pixels, np.asarray(image))

    @pytest.mark.parametrize("mode", ["L", "CMYK"])
    def test_other_colours_are_left_to_pillow(self, mode):
        assert jpeg.decoded(opened(io.BytesIO(saved(Image.new(mode, (20, 10)))))) is None

    def test_other_formats_are_left_to_pillow(self, test_data):
        with Image.open(test_data / "images" / "grace_hopper.bmp") as image:
            assert jpeg.decoded(image) is None

    @pytest.mark.parametrize("part", [0.3, 0.9, 0.99])
    def test_what_is_cut_off_is_an_error(self, part, test_data, tmp_path):
        content = (test_data / "images" / "elephant.jpg").read_bytes()
        path = tmp_path / "cut.jpg"
        path.write_bytes(content[: int(part * len(content))])
        with pytest.raises(ImageError, match=r"cut\.jpg cannot be decoded: .*damaged, cut off"):
            load_image(path, target_size=(100, 100))

    def test_with_and_without_it_pictures_are_the_same(self, test_data, tmp_path, monkeypatch):
        path = tmp_path / "owl.jpg"
        shutil.copy(test_data / "images" / "owl.jpg", path)
        with_it = np.asarray(load_image(path, target_size=(150, 151)))
        monkeypatch.setattr(jpeg, "_simplejpeg", lambda: None)
        np.testing.assert_array_equal(with_it, np.asarray(load_image(path, target_size=(150, 151))))
