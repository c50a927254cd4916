"""Pictures read at a size, JPEG files at a reduced scale: nearly the same pixels, and the same refusals."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from amalthea.errors import ImageError
from amalthea.images import read_at_size
from tests.images.samples import encoded, png_of_claimed_size

pytestmark = pytest.mark.single_backend

SIZE = (150, 120)


@pytest.fixture(scope="module")
def photographs(test_data: Path) -> list[Path]:
    return [test_data / "images" / "cat_720p.jpg", *sorted((test_data / "pets").rglob("*.jpg"))[::60]]


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "box", "lanczos"])
def test_nearly_the_same_pixels(photographs: list[Path], interpolation: str) -> None:
    for path in photographs:
        exact, fast = (read_at_size(path, SIZE, interpolation, how).astype(int) for how in ("exact", "fast"))
        assert exact.shape == fast.shape == (*SIZE, 3)
        # Of "nearest", which keeps one pixel of many, the reduced scale makes something smoother.
        assert np.abs(exact - fast).mean() < (16 if interpolation == "nearest" else 8)
        assert np.abs(exact - fast[:, ::-1]).mean() > 2 * np.abs(exact - fast).mean()


def test_bilinear_is_nearer_to_the_smoothed_picture_than_without_smoothing(photographs: list[Path]) -> None:
    cv2 = pytest.importorskip("cv2", reason="the plain installation leaves it to Pillow")
    for path in photographs:
        exact, fast = (read_at_size(path, SIZE, "bilinear", how).astype(int) for how in ("exact", "fast"))
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
        rough = cv2.resize(pixels, SIZE[::-1], interpolation=cv2.INTER_LINEAR).astype(int)
        assert np.abs(exact - fast).mean() <= np.abs(exact - rough).mean()


@pytest.mark.parametrize("sides", [(700, 97), (97, 700), (1203, 801), (301, 301), (10, 40_000), (40_000, 10)])
def test_bilinear_leaves_no_pixel_out(sides: tuple[int, int]) -> None:
    cv2 = pytest.importorskip("cv2", reason="the plain installation leaves it to Pillow")
    noise = np.random.default_rng(0).integers(0, 256, (*sides, 3), np.uint8)
    exact, fast = (read_at_size(encoded(noise, "PNG"), SIZE, "bilinear", how).astype(int) for how in ("exact", "fast"))
    rough = cv2.resize(noise, SIZE[::-1], interpolation=cv2.INTER_LINEAR).astype(int)
    assert np.abs(exact - fast).mean() < 0.4 * np.abs(exact - rough).mean()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright(photographs: list[Path], orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    with Image.open(photographs[0]) as image:
        content = encoded(image, "JPEG", exif=exif)
    exact, fast = (read_at_size(content, SIZE, "bilinear", how).astype(int) for how in ("exact", "fast"))
    assert np.abs(exact - fast).mean() < 4


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_other_colours_and_formats(photographs: list[Path], mode: str, file_format: str) -> None:
    with Image.open(photographs[0]) as image:
        content = encoded(image.convert(mode), file_format)
    exact, fast = (read_at_size(content, SIZE, "bilinear", how).astype(int) for how in ("exact", "fast"))
    assert np.abs(exact - fast).mean() < 4


def test_a_picture_that_is_enlarged() -> None:
    content = encoded(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8), "JPEG", quality=95)
    exact, fast = (read_at_size(content, SIZE, "bilinear", how).astype(int) for how in ("exact", "fast"))
    assert np.abs(exact - fast).max() <= 1


def test_refusals(photographs: list[Path]) -> None:
    content = photographs[0].read_bytes()
    with pytest.raises(ImageError, match=r"<bytes> .*cut off"):
        read_at_size(content[: len(content) // 2], SIZE, "bilinear", "fast")
    with pytest.raises(ImageError, match=r"more pixels than the limit"):
        read_at_size(png_of_claimed_size(30_000, 30_000), SIZE, "bilinear", "fast")
