import os
import warnings
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from amalthea.errors import ArgumentError, ImageError, MissingFileError
from amalthea.images import read_picture
from tests.images.samples import HEIGHT, PIXELS, SMOOTH, WIDTH, encoded, png_of_claimed_size

pytestmark = pytest.mark.single_backend

FILES = {
    "JPEG": encoded(SMOOTH, "JPEG"),
    "progressive JPEG": encoded(SMOOTH, "JPEG", progressive=True),
    "PNG": encoded(PIXELS, "PNG"),
    "GIF": encoded(PIXELS, "GIF"),
    "BMP": encoded(PIXELS, "BMP"),
    "TIFF": encoded(PIXELS, "TIFF"),
    "LZW TIFF": encoded(PIXELS, "TIFF", compression="tiff_lzw"),
    "JPEG TIFF": encoded(SMOOTH, "TIFF", compression="jpeg"),
    "WebP": encoded(SMOOTH, "WEBP"),
    "lossless WebP": encoded(PIXELS, "WEBP", lossless=True),
    "AVIF": encoded(SMOOTH, "AVIF"),
    "PPM": encoded(PIXELS, "PPM"),
}
PHOTOGRAPHS = ("elephant.jpg", "grace_hopper.bmp", "cat_720p.jpg", "parrot.jpg")


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_photograph_has_the_pixels_that_pillow_sees(test_data: Path, name: str) -> None:
    path = test_data / "images" / name
    with Image.open(path) as image:
        expected = np.asarray(image.convert("RGB"))
    picture = read_picture(path)
    assert picture.dtype == np.uint8
    assert picture.std() > 20
    np.testing.assert_array_equal(picture, expected)


def test_every_kind_of_source_gives_the_same(tmp_path: Path) -> None:
    content = FILES["PNG"]
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    rewound = BytesIO(content)
    rewound.seek(0, os.SEEK_END)  # as after a save
    with path.open("rb") as file:
        for source in (path, str(path), content, file, BytesIO(content), rewound):
            np.testing.assert_array_equal(read_picture(source), PIXELS)
        assert not file.closed


def test_a_pipe_can_be_read() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as sink:
        sink.write(FILES["PNG"])
    with os.fdopen(reading, "rb") as source:
        np.testing.assert_array_equal(read_picture(source), PIXELS)


def test_the_caller_may_draw_into_the_picture() -> None:
    picture = read_picture(FILES["JPEG"])
    picture[0, 0] = 255
    assert picture.flags.c_contiguous


@pytest.mark.parametrize("kind", FILES)
def test_formats_are_recognised_by_content(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "misleading.txt"
    path.write_bytes(FILES[kind])
    with Image.open(BytesIO(FILES[kind])) as image:
        expected = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(read_picture(path), expected)


@pytest.mark.parametrize(("magic", "mode"), [(b"GIF8", "P"), (b"\x89PNG", "RGBA")])
def test_the_misnamed_pets(test_data: Path, magic: bytes, mode: str) -> None:
    [path] = [path for path in (test_data / "pets").rglob("*.jpg") if path.read_bytes().startswith(magic)]
    with Image.open(path) as image:
        assert image.mode == mode
        expected = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(read_picture(path), expected)


@pytest.mark.parametrize(
    ("mode", "file_format"),
    [
        ("1", "PNG"),
        ("L", "PNG"),
        ("L", "JPEG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("P", "GIF"),
        ("PA", "TIFF"),
        ("RGBA", "PNG"),
        ("RGBA", "WEBP"),
        ("RGBX", "TIFF"),
        ("CMYK", "JPEG"),
        ("CMYK", "TIFF"),
        ("YCbCr", "JPEG"),
        ("LAB", "TIFF"),
    ],
)
def test_every_mode_becomes_rgb(mode: str, file_format: str) -> None:
    image = Image.fromarray(PIXELS)
    image = image.convert("L").convert("PA") if mode == "PA" else image.convert("RGB" if mode == "LAB" else mode)
    if mode == "LAB":
        image = Image.frombytes("LAB", image.size, image.tobytes())
    content = encoded(image, file_format)
    with Image.open(BytesIO(content)) as reopened:
        expected = np.asarray(reopened.convert("RGB"))
    picture = read_picture(content)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture.std() > 20
    np.testing.assert_array_equal(picture, expected)


def test_cmyk_keeps_its_colours() -> None:
    red = Image.new("RGB", (8, 8), (255, 0, 0)).convert("CMYK")
    assert np.abs(read_picture(encoded(red, "JPEG", quality=95)).astype(int) - (255, 0, 0)).max() < 8


def test_alpha_is_dropped_not_blended() -> None:
    pixels = np.dstack([PIXELS, np.zeros((HEIGHT, WIDTH, 1), np.uint8)])
    np.testing.assert_array_equal(read_picture(encoded(pixels, "PNG")), PIXELS)


def test_a_transparent_palette_entry_keeps_its_colour() -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])
    assert (read_picture(encoded(image, "PNG", transparency=1)) == (10, 20, 30)).all()


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "PPM"])
def test_16_bit_greyscale_is_scaled_not_clipped(file_format: str) -> None:
    values = np.linspace(0, 65535, HEIGHT * WIDTH).astype(np.uint16).reshape(HEIGHT, WIDTH)
    content = encoded(Image.fromarray(values), file_format)
    picture = read_picture(content)
    np.testing.assert_array_equal(picture, np.repeat((values // 256)[..., np.newaxis], 3, axis=2))
    assert 120 < picture.mean() < 135  # Pillow's own conversion is white almost everywhere
    with Image.open(BytesIO(content)) as image:
        assert np.asarray(image.convert("RGB")).mean() > 250


@pytest.mark.parametrize("mode", ["I", "F"])
def test_32_bits_without_a_white_are_refused(mode: str) -> None:
    content = encoded(Image.new(mode, (4, 4), 100), "TIFF")
    with pytest.raises(ImageError, match=r"<bytes> cannot be decoded: .*which value is white; save it with 8 or 16"):
        read_picture(content)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("file_format", "options"), [("PNG", {}), ("WEBP", {"lossless": True}), ("JPEG", {})])
def test_exif_orientation_is_applied(orientation: int, file_format: str, options: dict[str, bool]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(PIXELS, file_format, exif=exif, **options)
    with Image.open(BytesIO(content)) as image:
        stored = np.asarray(image)
        expected = np.asarray(ImageOps.exif_transpose(image))
    picture = read_picture(content)
    np.testing.assert_array_equal(picture, expected)
    assert np.array_equal(picture, stored) == (orientation == 1)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_unknown_orientation_leaves_the_picture(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(read_picture(encoded(PIXELS, "PNG", exif=exif)), PIXELS)


@settings(deadline=None)
@given(st.binary(max_size=60))
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data|Possibly corrupt EXIF data|Metadata Warning:UserWarning")
def test_damaged_exif_does_not_cost_the_picture(damage: bytes) -> None:
    content = encoded(PIXELS, "PNG", exif=b"Exif\0\0" + damage)
    assert sorted(read_picture(content).shape) == [3, HEIGHT, WIDTH]


def test_of_several_frames_the_first_is_read() -> None:
    first, second = Image.new("L", (6, 4), 40), Image.new("L", (6, 4), 200)
    for file_format in ("GIF", "TIFF", "PNG", "WEBP"):
        options = {"lossless": True} if file_format == "WEBP" else {}
        content = encoded(first, file_format, save_all=True, append_images=[second], **options)
        assert (read_picture(content) == 40).all(), file_format


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(FILES)), st.floats(0, 1, exclude_max=True))
@pytest.mark.filterwarnings("ignore:Truncated File Read|Corrupt EXIF:UserWarning")
def test_a_truncated_file_is_an_error_or_whole(kind: str, fraction: float) -> None:
    """What may be cut off without a loss: the end marks of PNG and GIF."""
    content = FILES[kind]
    try:
        picture = read_picture(content[: int(fraction * len(content))])
    except ImageError as error:
        assert str(error).startswith("<bytes> ")
    else:
        assert kind in ("PNG", "GIF")
        np.testing.assert_array_equal(picture, read_picture(content))


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(PHOTOGRAPHS), fraction=st.floats(0, 0.999))
@example(name="elephant.jpg", fraction=0.999)
def test_a_truncated_photograph_is_named(test_data: Path, tmp_path: Path, name: str, fraction: float) -> None:
    whole = (test_data / "images" / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(whole[: int(fraction * len(whole))])
    with pytest.raises(ImageError, match=f"{name} .*(empty|cut off)"):
        read_picture(path)


@settings(deadline=None)
@given(st.binary(min_size=1).filter(lambda content: content[:1] != b"P"))  # "P1 1 1 0" is a picture
@example(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")  # Pillow would start Ghostscript
@example(b"<!DOCTYPE html><title>404 Not Found</title>")
@example(b"\xff\xd8\xff")
def test_what_is_no_picture_is_an_error(content: bytes) -> None:
    with pytest.raises(ImageError, match=r"<bytes> (is no picture in a format that is read here \(JPEG|cannot be)"):
        read_picture(content)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(FILES)), st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), min_size=1))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_damaged_header_never_ends_in_anything_else(
    monkeypatch: pytest.MonkeyPatch, kind: str, damage: list[tuple[int, int]]
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100_000)
    content = bytearray(FILES[kind])
    for position, value in damage:
        content[position] = value
    try:
        picture = read_picture(bytes(content))
    except ImageError as error:
        assert str(error).startswith("<bytes> ")
    else:
        assert picture.dtype == np.uint8
        assert picture.shape[2] == 3


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.jpg"
    path.touch()
    for source, name in ((path, "empty.jpg"), (b"", "<bytes>"), (BytesIO(), "<file>")):
        with pytest.raises(ImageError, match=rf"{name} is empty \(zero bytes\)"):
            read_picture(source)


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(
        ImageError, match=f"{tmp_path} is a folder, not a picture. If it holds pictures, give their paths"
    ):
        read_picture(tmp_path)


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingFileError, match=f"There is no file cat.jpg \\(looked for at {tmp_path}"):
        read_picture("cat.jpg")
    Path("cat.jpg").touch()
    with pytest.raises(MissingFileError, match=r"There is no file cat.jpg/tail.jpg"):
        read_picture("cat.jpg/tail.jpg")


@pytest.mark.parametrize("path", ["a" * 5000, "cat\0.jpg"])
def test_a_path_that_cannot_be_opened(path: str) -> None:
    with pytest.raises(ImageError, match="cannot be opened"):
        read_picture(path)


def test_a_file_of_text_or_no_file_at_all() -> None:
    for source in (StringIO("text"), 5, None):
        with pytest.raises(ArgumentError, match="from a path, from bytes, or from a file opened with mode 'rb'; given"):
            read_picture(source)


@pytest.mark.parametrize("side", [10_000, 20_000])  # beyond Pillow's limit, and beyond the double of it
@pytest.mark.parametrize("action", ["ignore", "error"])
def test_decompression_bombs_are_refused(side: int, action: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter(action, Image.DecompressionBombWarning)
        with pytest.raises(ImageError, match=r"<bytes> has more pixels than the limit of 89,478,485.*MAX_IMAGE_P"):
            read_picture(png_of_claimed_size(side, side))


def test_the_limit_is_pillows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", HEIGHT * WIDTH - 1)
    with pytest.raises(ImageError, match="more pixels than the limit of 767"):
        read_picture(FILES["PNG"])
    for limit in (HEIGHT * WIDTH, None):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        np.testing.assert_array_equal(read_picture(FILES["PNG"]), PIXELS)
