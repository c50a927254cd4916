import io
import os
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from amalthea.errors import ImageError
from amalthea.images import jpeg, load_image, read_at_size
from amalthea.images.resizing import nearest

pytestmark = pytest.mark.single_backend


@given(st.tuples(*[st.integers(1, 900)] * 2), st.tuples(*[st.integers(1, 400)] * 2))
def test_the_nearest_pixel_is_pillows(source, target):
    numbers = np.arange(source[0] * source[1], dtype=np.uint32).reshape(source)
    picture = numbers.view(np.uint8).reshape(*source, 4)[..., :3]
    expected = Image.fromarray(np.ascontiguousarray(picture)).resize(target[::-1], Image.Resampling.NEAREST)
    np.testing.assert_array_equal(nearest(picture, target), np.asarray(expected))


def saved(picture, **options):
    file = io.BytesIO()
    picture.save(file, "JPEG", **options)
    return file.getvalue()


def by_pillow(content):
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        return np.asarray(image)


class TestDecoded:
    @pytest.fixture(autouse=True)
    def needs_simplejpeg(self):
        pytest.importorskip("simplejpeg", reason="simplejpeg is not installed: amalthea[training]")

    def test_the_pixels_are_pillows(self, test_data):
        paths = [*sorted((test_data / "pets").rglob("*.jpg"))[::12], test_data / "images" / "elephant.jpg"]
        decoded = 0
        for path in paths:
            with path.open("rb") as file:
                pixels = jpeg.decoded(file)
            if pixels is not None:
                np.testing.assert_array_equal(pixels, by_pillow(path.read_bytes()))
                decoded += 1
        assert decoded > 0.9 * len(paths)

    @pytest.mark.parametrize(
        "options",
        [
            {"subsampling": 0},
            {"subsampling": 1},
            {"progressive": True},
            {"quality": 5},
            {"optimize": True},
            {"keep_rgb": True},
        ],
    )
    def test_every_kind_of_colour_file(self, options, test_data):
        with Image.open(test_data / "images" / "parrot.jpg") as picture:
            content = saved(picture.convert("RGB").resize((301, 203)), **options)
        stream = io.BytesIO(content)
        stream.seek(99)  # it is read from its start, wherever it stands
        pixels = jpeg.decoded(stream)
        assert pixels is not None
        np.testing.assert_array_equal(pixels, by_pillow(content))

    @pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
    def test_large_pictures_share_memory_but_no_pixels(self, interpolation, test_data):
        sizes = {"owl": (4000, 3000), "parrot": (3900, 2900), "elephant": (4100, 3000)}
        contents = {}
        for name, size in sizes.items():
            with Image.open(test_data / "images" / f"{name}.jpg") as picture:
                contents[name] = saved(picture.convert("RGB").resize(size))
        found = {name: read_at_size(content, (150, 120), interpolation) for name, content in contents.items()}
        assert jpeg.decoded(io.BytesIO(contents["owl"])).base is not None  # which tells that memory was kept
        for name, content in contents.items():
            with Image.open(io.BytesIO(content)) as image:
                expected = image.resize((120, 150), Image.Resampling[interpolation.upper()])
            np.testing.assert_array_equal(found[name], np.asarray(expected), err_msg=name)

    @pytest.mark.parametrize("mode", ["L", "CMYK"])
    def test_other_colours_are_left_to_pillow(self, mode):
        assert jpeg.decoded(io.BytesIO(saved(Image.new(mode, (20, 10))))) is None

    def test_other_formats_are_left_to_pillow(self, test_data):
        with (test_data / "images" / "grace_hopper.bmp").open("rb") as file:
            assert jpeg.decoded(file) is None

    def test_too_many_pixels_are_left_to_pillow(self, monkeypatch):
        content = saved(Image.new("RGB", (20, 10)))
        assert jpeg.decoded(io.BytesIO(content), max_pixels=199) is None
        assert jpeg.decoded(io.BytesIO(content), max_pixels=200) is not None
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 199)
        assert jpeg.decoded(io.BytesIO(content), max_pixels=200) is None
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
        assert jpeg.decoded(io.BytesIO(content)) is not None

    @pytest.mark.parametrize("orientation", [None, *range(10)])
    def test_what_has_to_be_turned_is_left_to_pillow(self, orientation):
        exif = Image.Exif()
        exif[0x010F] = "Camera"
        if orientation is not None:
            exif[0x0112] = orientation
        content = saved(Image.new("RGB", (20, 10)), exif=exif)
        assert jpeg.decoded(io.BytesIO(content)) is not None
        assert (jpeg.decoded(io.BytesIO(content), upright_only=True) is None) == (orientation in range(2, 9))

    def test_xmp_says_so_too(self):
        xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" tiff:Orientation="6"></x:xmpmeta>'
        content = saved(Image.new("RGB", (20, 10)), xmp=xmp)
        assert jpeg.decoded(io.BytesIO(content), upright_only=True) is None
        assert jpeg.decoded(io.BytesIO(content.replace(b'"6"', b'"1"')), upright_only=True) is not None

    @pytest.mark.parametrize("length", range(2, 22))
    def test_a_header_that_is_cut_off_is_left_to_pillow(self, length):
        content = saved(Image.new("RGB", (20, 10)))
        assert jpeg.decoded(io.BytesIO(content[:length]), upright_only=True) is None

    def test_what_cannot_be_read_twice_is_left_to_pillow(self):
        content = saved(Image.new("RGB", (20, 10), "red"))
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(content)
        with os.fdopen(reading, "rb") as pipe:
            np.testing.assert_array_equal(read_at_size(pipe, (10, 20), "nearest"), by_pillow(content))

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
