"""JPEG files that are decoded at a reduced scale, and the limit of what is decoded at all."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from amalthea.errors import ArgumentError, ImageError
from amalthea.images import read_picture, resize
from tests.images.samples import HEIGHT, PIXELS, WIDTH, encoded, png_of_claimed_size

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def photograph(test_data: Path) -> Path:
    return test_data / "images" / "cat_720p.jpg"


@pytest.fixture
def pillows_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is set in a test does not outlive it."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


@pytest.mark.parametrize("divisor", [1, 2, 4, 8])
def test_the_scale_is_the_smallest_that_is_enough(photograph: Path, divisor: int) -> None:
    height, width, _ = read_picture(photograph).shape
    reduced = -(-height // divisor), -(-width // divisor)
    assert read_picture(photograph, at_least=(height // divisor, width // divisor)).shape == (*reduced, 3)
    with Image.open(photograph) as image:
        image.draft(None, (width // divisor, height // divisor))
        expected = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(read_picture(photograph, at_least=(height // divisor, width // divisor)), expected)
    bigger = max(divisor // 2, 1)
    assert read_picture(photograph, at_least=(height // divisor + 1, 1)).shape[:2] == (
        -(-height // bigger),
        -(-width // bigger),
    )


@settings(deadline=None, max_examples=60)
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    at_least=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    orientation=st.integers(1, 8),
)
def test_no_picture_becomes_smaller_than_asked_for(
    height: int, width: int, at_least: tuple[int, int], orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(np.full((height, width, 3), 99, np.uint8), "JPEG", exif=exif)
    rows, columns = (width, height) if orientation > 4 else (height, width)
    found = read_picture(content, at_least=at_least)
    assert found.shape[0] >= min(rows, at_least[0])
    assert found.shape[1] >= min(columns, at_least[1])
    assert np.abs(found.astype(int) - 99).max() <= 2


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["baseline", "progressive"])
def test_it_is_the_same_picture(photograph: Path, mode: str, options: dict[str, bool]) -> None:
    with Image.open(photograph) as image:
        content = encoded(image.convert(mode), "JPEG", quality=95, **options)
    exact = resize(read_picture(content), 100, "bilinear").astype(int)
    fast = resize(read_picture(content, at_least=(100, 100)), 100, "bilinear").astype(int)
    assert read_picture(content, at_least=(100, 100)).shape[0] < read_picture(content).shape[0] / 2
    assert np.abs(exact - fast).mean() < 2
    assert np.abs(exact - fast[:, ::-1]).mean() > 20


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_upright_and_large_enough(photograph: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    with Image.open(photograph) as image:
        content = encoded(image, "JPEG", exif=exif)
    exact = read_picture(content)
    at_least = (exact.shape[0] // 4, exact.shape[1] // 4)
    fast = read_picture(content, at_least=at_least)
    assert fast.shape[:2] == (-(-exact.shape[0] // 4), -(-exact.shape[1] // 4))
    small = [resize(picture, (45, 60), "bilinear").astype(int) for picture in (exact, fast)]
    assert np.abs(small[0] - small[1]).mean() < 2


@pytest.mark.parametrize("file_format", ["PNG", "GIF", "BMP", "TIFF", "PPM"])
def test_other_formats_come_whole(file_format: str) -> None:
    content = encoded(PIXELS, file_format)
    np.testing.assert_array_equal(read_picture(content, at_least=(1, 1)), read_picture(content))


def test_a_cut_off_file_is_refused_at_any_scale(photograph: Path) -> None:
    content = photograph.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.99):
        with pytest.raises(ImageError, match=r"<bytes> .*cut off"):
            read_picture(content[: int(share * len(content))], at_least=(50, 50))


@pytest.mark.usefixtures("pillows_limit")
def test_the_environment_sets_the_limit_in_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_MAX_PIXELS", str(HEIGHT * WIDTH - 1))
    with pytest.raises(ImageError, match=r"more pixels than the limit of 767, .*set the environment variable AMALTHEA"):
        read_picture(encoded(PIXELS, "PNG"))
    monkeypatch.setenv("AMALTHEA_MAX_PIXELS", str(HEIGHT * WIDTH))
    np.testing.assert_array_equal(read_picture(encoded(PIXELS, "PNG")), PIXELS)


@pytest.mark.usefixtures("pillows_limit")
def test_the_environment_allows_more_than_pillow_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_MAX_PIXELS", "1000")
    content = encoded(np.zeros((50, 50, 3), np.uint8), "PNG")
    with pytest.raises(ImageError, match="limit of 1,000"):
        read_picture(content)  # more than twice the limit, where Pillow itself refuses
    monkeypatch.setenv("AMALTHEA_MAX_PIXELS", "2500")
    assert read_picture(content).shape == (50, 50, 3)
    with pytest.raises(ImageError, match="limit of 2,500"):
        read_picture(png_of_claimed_size(10_000, 10_000))


@pytest.mark.parametrize("value", ["0", "-5", "many", "1e6"])
def test_a_limit_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("AMALTHEA_MAX_PIXELS", value)
    with pytest.raises(ArgumentError, match=f"AMALTHEA_MAX_PIXELS='{value}'; give the pixels that a picture may have"):
        read_picture(encoded(PIXELS, "PNG"))
