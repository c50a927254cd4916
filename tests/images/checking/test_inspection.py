"""One picture at a time: what is wrong with it, and that nothing is where nothing is."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from amalthea.images.checking import Kind
from amalthea.images.checking.inspection import inspect
from tests.images.samples import PIXELS, encoded, png_of_claimed_size

pytestmark = pytest.mark.single_backend

GREY = np.repeat(PIXELS[..., :1], 3, axis=2)
PALETTE = Image.fromarray(PIXELS).convert("P")


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(PIXELS, "JPEG", exif=exif)


def kinds(path: Path, content: bytes, smallest: int = 1) -> list[str]:
    path.write_bytes(content)
    inspection = inspect(path, smallest, None)
    assert {finding.path for finding in inspection.findings} <= {path}
    return [finding.kind for finding in inspection.findings]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpg", encoded(PIXELS, "JPEG")),
        ("a.JPEG", encoded(PIXELS, "JPEG")),
        ("a.jfif", encoded(PIXELS, "JPEG")),
        ("a.jpg", turned(1)),
        ("a.jpg", encoded(Image.fromarray(PIXELS), "MPO", save_all=True, append_images=[Image.fromarray(GREY)])),
        ("a.png", encoded(PIXELS, "PNG")),
        ("a.png", encoded(PALETTE, "PNG")),
        ("a.gif", encoded(PALETTE, "GIF")),
        ("a.bmp", encoded(PIXELS, "BMP")),
        ("a.tif", encoded(PIXELS, "TIFF")),
        ("a.tiff", encoded(PIXELS, "TIFF")),
        ("a.webp", encoded(PIXELS, "WEBP")),
        ("a.avif", encoded(PIXELS, "AVIF")),
        ("a.ppm", encoded(PIXELS, "PPM")),
    ],
)
def test_nothing_is_wrong(tmp_path, name, content):
    assert kinds(tmp_path / name, content) == []


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.jpg", encoded(PALETTE, "GIF"), Kind.MISNAMED),
        ("a.jpg", encoded(Image.fromarray(PIXELS).convert("RGBA"), "PNG"), Kind.MISNAMED),
        ("a.png", encoded(PIXELS, "JPEG"), Kind.MISNAMED),
        ("a.jpg", encoded(Image.fromarray(GREY).convert("L"), "JPEG"), Kind.GREYSCALE),
        ("a.jpg", encoded(GREY, "JPEG"), Kind.GREYSCALE),
        ("a.png", encoded(Image.fromarray(GREY[..., 0].astype(np.uint16) * 257), "PNG"), Kind.GREYSCALE),
        ("a.pbm", encoded(Image.fromarray(GREY).convert("1"), "PPM"), Kind.GREYSCALE),
        ("a.jpg", encoded(Image.fromarray(PIXELS).convert("CMYK"), "JPEG"), Kind.CMYK),
        *(("a.jpg", turned(orientation), Kind.ROTATED) for orientation in range(2, 9)),
    ],
)
def test_what_is_special(tmp_path, name, content, found):
    assert kinds(tmp_path / name, content) == [found]


def test_one_grey_corner_makes_no_greyscale(tmp_path):
    almost = GREY.copy()
    almost[-1, -1] = (10, 10, 11)
    assert kinds(tmp_path / "a.png", encoded(almost, "PNG")) == []


def test_tiny_is_a_shorter_side_below_the_limit(tmp_path):
    content = encoded(PIXELS, "PNG")  # 32 wide, 24 high
    assert kinds(tmp_path / "a.png", content, smallest=24) == []
    assert kinds(tmp_path / "a.png", content, smallest=25) == [Kind.TINY]
    [finding] = inspect(tmp_path / "a.png", 25, None).findings
    assert finding.note == "32 × 24 pixels"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r"a\.jpg is empty"),
        (b"<html>not found</html>", r"a\.jpg is no picture"),
        (encoded(PIXELS, "JPEG")[:-40], r"a\.jpg cannot be decoded"),
        (encoded(PIXELS, "JPEG")[:2], r"a\.jpg is no picture"),
        (png_of_claimed_size(60_000, 60_000), r"a\.jpg has more pixels"),
        (png_of_claimed_size(32, 24), r"a\.jpg cannot be decoded"),
    ],
)
def test_what_cannot_be_read_says_why_and_has_no_fingerprint(tmp_path, content, words):
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    inspection = inspect(path, 32, lambda picture: pytest.fail("there is no picture"))
    assert not inspection.readable and inspection.fingerprint is None
    [finding] = inspection.findings
    assert finding.kind == Kind.UNREADABLE
    with pytest.raises(ValueError, match=words):
        raise ValueError(finding.note)


def test_a_file_that_vanished(tmp_path):
    [finding] = inspect(tmp_path / "gone.jpg", 32, None).findings
    assert finding.kind == Kind.UNREADABLE and "There is no file" in finding.note


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # of Pillow
def test_a_damaged_description_does_not_cost_the_picture(tmp_path):
    content = turned(6).replace(b"Exif\0\0MM\0*\0\0\0\x08", b"Exif\0\0MM\0*\0\xff\xff\xff")
    assert b"\xff\xff\xff" in content
    assert Kind.UNREADABLE not in kinds(tmp_path / "a.jpg", content)
