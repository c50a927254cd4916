"""Pictures between files, images and arrays, beside Keras' own functions."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from amalthea.errors import AmaltheaWarning, ArgumentError, ImageError, MissingFileError
from amalthea.preprocessing import image as ours
from tests.images.samples import PIXELS, SMOOTH, encoded

pytestmark = pytest.mark.single_backend
theirs = keras.utils

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
COLOR_MODES = ("grayscale", "rgb", "rgba")
FORMATS = ("channels_last", "channels_first", None)
PHOTOGRAPHS = ("elephant.jpg", "grace_hopper.bmp", "cat_720p.jpg")


@pytest.fixture
def keras_settings() -> Iterator[None]:
    before = keras.config.image_data_format(), keras.config.floatx()
    yield
    keras.config.set_image_data_format(before[0])
    keras.config.set_floatx(before[1])


def assert_same_image(one: Image.Image, other: Image.Image) -> None:
    assert one.mode == other.mode
    np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("color_mode", COLOR_MODES)
@pytest.mark.parametrize("keep_aspect_ratio", [False, True])
@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_load_img(test_data: Path, name: str, color_mode: str, interpolation: str, keep_aspect_ratio: bool) -> None:
    path = test_data / "images" / name
    for size in ((224, 224), (100, 37), [31, 200]):
        arguments = (path, color_mode, size, interpolation, keep_aspect_ratio)
        loaded = ours.load_img(*arguments)
        assert loaded.size == (size[1], size[0])
        assert_same_image(loaded, theirs.load_img(*arguments))


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(st.integers(1, 80), st.integers(1, 80)), st.tuples(st.integers(1, 80), st.integers(1, 80)))
def test_keep_aspect_ratio_at_any_size(source: tuple[int, int], target: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*source, 3), dtype=np.uint8)
    stream = BytesIO(encoded(pixels, "PNG"))
    for interpolation in ("nearest", "bicubic"):
        arguments = (stream, "rgb", target, interpolation, True)
        assert_same_image(ours.load_img(*arguments), theirs.load_img(*arguments))


@pytest.mark.parametrize("color_mode", COLOR_MODES)
def test_load_img_without_a_size(test_data: Path, color_mode: str) -> None:
    path = test_data / "images" / "elephant.jpg"
    for source in (path, str(path), str(path).encode()):
        assert_same_image(ours.load_img(source, color_mode), theirs.load_img(source, color_mode))
    assert ours.load_img(path).format == "JPEG"


def test_load_img_of_misnamed_pets(test_data: Path) -> None:
    odd = [p for p in (test_data / "pets").rglob("*.jpg") if not p.read_bytes().startswith(b"\xff\xd8")]
    assert len(odd) == 2
    for path in odd:
        for color_mode in COLOR_MODES:
            assert_same_image(ours.load_img(path, color_mode), theirs.load_img(path, color_mode))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("color_mode", COLOR_MODES)
def test_load_img_of_every_mode(mode: str, color_mode: str) -> None:
    wide = Image.fromarray(np.arange(0, 61440, 80, dtype=np.uint16).reshape(24, 32))
    content = encoded(wide if mode == "I;16" else Image.fromarray(PIXELS).convert(mode), "PNG")
    for size in (None, (10, 10)):
        mine = ours.load_img(BytesIO(content), color_mode, size)
        assert_same_image(mine, theirs.load_img(BytesIO(content), color_mode, size))


def test_load_img_ignores_the_exif_orientation_as_keras_does() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encoded(SMOOTH, "JPEG", exif=exif)
    assert ours.load_img(BytesIO(content)).size == (32, 24)
    assert_same_image(ours.load_img(BytesIO(content)), theirs.load_img(BytesIO(content)))


def test_load_img_refuses_what_is_no_picture(tmp_path: Path, test_data: Path) -> None:
    with pytest.raises(MissingFileError, match=r"There is no file .*nothing.jpg"):
        ours.load_img(tmp_path / "nothing.jpg")
    with pytest.raises(ImageError, match=f"{tmp_path} is a folder"):
        ours.load_img(tmp_path)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes((test_data / "images" / "elephant.jpg").read_bytes()[:100_000])
    with pytest.raises(ImageError, match=r"broken.jpg cannot be decoded: image file is truncated"):
        ours.load_img(broken)
    broken.write_bytes(b"")
    with pytest.raises(ImageError, match=r"broken.jpg is empty"):
        ours.load_img(broken)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"color_mode": "hsv"}, "color_mode='hsv' is unknown; choose one of grayscale, rgb, rgba"),
        ({"interpolation": "area", "target_size": (9, 9)}, "interpolation='area' is unknown; choose one of nearest, b"),
        ({"target_size": (224,)}, r"A size is \(height, width\)"),
        ({"target_size": (224, 0)}, r"A size is \(height, width\)"),
        ({"target_size": 224}, r"A size is \(height, width\)"),
    ],
)
def test_load_img_refuses_wrong_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        ours.load_img(BytesIO(encoded(PIXELS, "PNG")), **arguments)


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("dtype", [None, "uint8", "float16", "float64", "int32"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_img_to_array(data_format: str | None, dtype: str | None, mode: str) -> None:
    image = Image.fromarray(PIXELS).convert(mode)
    mine, expected = ours.img_to_array(image, data_format, dtype), theirs.img_to_array(image, data_format, dtype)
    assert mine.dtype == expected.dtype
    np.testing.assert_array_equal(mine, expected)
    mine[:] = 0  # the caller's own


def test_img_to_array_of_a_photograph_and_of_an_array(test_data: Path) -> None:
    image = ours.load_img(test_data / "images" / "elephant.jpg")
    np.testing.assert_array_equal(ours.img_to_array(image), theirs.img_to_array(image))
    np.testing.assert_array_equal(ours.img_to_array(PIXELS[..., 0]), theirs.img_to_array(PIXELS[..., 0]))
    with pytest.raises(ImageError, match=r"A picture has 2 or 3 axes; given was an array of shape \(1, 24, 32, 3\)"):
        ours.img_to_array(PIXELS[np.newaxis])


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("dtype", [None, "float64"])
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_array_to_img(data: st.DataObject, data_format: str | None, scale: bool, dtype: str | None) -> None:
    height, width = data.draw(array_shapes(min_dims=2, max_dims=2, max_side=6))
    channels = data.draw(st.sampled_from([1, 3, 4]))
    shape = (channels, height, width) if data_format == "channels_first" else (height, width, channels)
    limits = (-1000, 1000) if scale else (0, 1000 if channels == 1 else 255)  # beyond, a cast to uint8 is undefined
    pixels = data.draw(arrays("float32", shape, elements=st.floats(*limits, width=32)))
    before = pixels.copy()
    mine = ours.array_to_img(pixels, data_format, scale, dtype)
    assert_same_image(mine, theirs.array_to_img(before, data_format, scale, dtype))
    np.testing.assert_array_equal(pixels, before)


def test_array_to_img_takes_lists_and_integers() -> None:
    for pixels in (PIXELS, PIXELS.tolist(), PIXELS.astype(int)):
        assert_same_image(ours.array_to_img(pixels), theirs.array_to_img(pixels))
    stretched = np.asarray(ours.array_to_img(PIXELS[:2, :2] // 4, dtype="uint8"))  # Keras cannot do this one
    assert (stretched.min(), stretched.max()) == (0, 255)


@pytest.mark.parametrize("shape", [(3, 3), (1, 4, 4, 3), (4, 4, 2), (4, 4, 5), (0, 4, 3)])
def test_array_to_img_refuses_other_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match="array of 3 axes with 1, 3 or 4 channels in 'channels_last'; given was shape"):
        ours.array_to_img(np.ones(shape))


@pytest.mark.parametrize("function", [ours.img_to_array, ours.array_to_img])
def test_an_unknown_data_format_is_refused(function: Any) -> None:
    with pytest.raises(ArgumentError, match="data_format='channels_middle' is unknown; choose 'channels_last' or"):
        function(PIXELS, "channels_middle")


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("name", ["x.png", "x.jpg", "x.jpeg", "x.bmp", "X.PNG"])
def test_save_img_writes_the_same_bytes(tmp_path: Path, name: str, data_format: str | None) -> None:
    pixels = np.moveaxis(PIXELS, -1, 0) if data_format == "channels_first" else PIXELS
    for scale in (True, False):
        ours.save_img(tmp_path / name, pixels, data_format, scale=scale)
        theirs.save_img(str(tmp_path / f"keras-{name}"), pixels, data_format, scale=scale)
        assert (tmp_path / name).read_bytes() == (tmp_path / f"keras-{name}").read_bytes()


def test_save_img_into_open_files_with_options(tmp_path: Path) -> None:
    for file_format in ("png", "jpeg", "jpg", "JPEG"):
        mine, expected = BytesIO(), BytesIO()
        ours.save_img(mine, SMOOTH, file_format=file_format, quality=30)
        theirs.save_img(expected, SMOOTH, file_format=file_format, quality=30)
        assert mine.getvalue() == expected.getvalue()
    ours.save_img(tmp_path / "x.tif", PIXELS, scale=False)  # Keras does not know this suffix
    np.testing.assert_array_equal(ours.img_to_array(ours.load_img(tmp_path / "x.tif")), PIXELS)


@pytest.mark.parametrize(("name", "file_format"), [("x.jpg", None), ("x", "jpeg"), ("x.png", "JPEG")])
def test_save_img_drops_alpha_for_jpeg_and_says_so(tmp_path: Path, name: str, file_format: str | None) -> None:
    pixels = np.dstack([SMOOTH, SMOOTH[..., 0]])
    with pytest.warns(AmaltheaWarning, match=f"JPEG has no alpha channel; .*{name} is written without it") as caught:
        ours.save_img(tmp_path / name, pixels, file_format=file_format)
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="does not support RGBA"):
        theirs.save_img(tmp_path / "keras.jpg", pixels)
    assert (tmp_path / name).read_bytes() == (tmp_path / "keras.jpg").read_bytes()


def test_save_img_refuses_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"nowhere/x.png cannot be written, for its folder does not exist"):
        ours.save_img(tmp_path / "nowhere" / "x.png", PIXELS)
    for path, file_format in ((tmp_path / "x.xyz", None), (tmp_path / "x", None), (tmp_path / "x.png", "xyz")):
        with pytest.raises(ArgumentError, match=r"cannot be written as .*Give file_format='png', 'jpeg' or another"):
            ours.save_img(path, PIXELS, file_format=file_format)
    with pytest.raises(ArgumentError, match=r"cannot be written as ''"):
        ours.save_img(BytesIO(), PIXELS)
    with pytest.raises(ImageError, match=r"x.jpg cannot be written: cannot write mode I as JPEG. PNG holds every"):
        ours.save_img(tmp_path / "x.jpg", np.full((4, 4, 1), 300.0), scale=False)
    assert list(tmp_path.iterdir()) == []


def test_keras_settings_are_read_when_called(keras_settings: None) -> None:
    keras.config.set_image_data_format("channels_first")
    keras.config.set_floatx("float64")
    image = Image.fromarray(PIXELS)
    pixels = ours.img_to_array(image)
    assert (pixels.shape, pixels.dtype) == ((3, 24, 32), "float64")
    assert_same_image(ours.array_to_img(pixels), theirs.array_to_img(pixels))
    assert_same_image(ours.array_to_img(pixels, scale=False), image)


def test_there_and_back(tmp_path: Path) -> None:
    ours.save_img(tmp_path / "x.png", PIXELS, scale=False)
    np.testing.assert_array_equal(ours.img_to_array(ours.load_img(tmp_path / "x.png")), PIXELS)


def test_list_pictures(tmp_path: Path) -> None:
    names = ("b.PNG", "a.jpg", "notes.txt", "face.gif", "deep/er/c.tiff", "deep/d.jpeg")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [str(Path(path).relative_to(tmp_path)) for path in ours.list_pictures(tmp_path)]
    assert found == ["a.jpg", "b.PNG", "deep/d.jpeg", "deep/er/c.tiff"]
    assert ours.list_pictures(str(tmp_path), ext="png") == [str(tmp_path / "b.PNG")]
    assert len(ours.list_pictures(tmp_path, ext=("txt", "gif"))) == 2


def test_validate_filename(tmp_path: Path) -> None:
    (tmp_path / "x.PnG").touch()
    (tmp_path / "folder.png").mkdir()
    path = str(tmp_path / "x.PnG")
    assert ours.validate_filename(path, ("png", "jpg")) and ours.validate_filename(path, ["png"])
    assert ours.validate_filename(path, "png")
    for other, formats in (
        (path, ("jpg",)),
        (str(tmp_path / "y.png"), ("png",)),
        (str(tmp_path / "folder.png"), "png"),
    ):
        assert not ours.validate_filename(other, formats)


def test_unknown_names_are_attribute_errors() -> None:
    import amalthea.preprocessing

    with pytest.raises(AttributeError, match=r"module 'amalthea.preprocessing' has no attribute 'sequence'"):
        _ = amalthea.preprocessing.sequence
