from pathlib import Path
from typing import Any

import numpy as np
import pytest

from amalthea.errors import ArgumentError, ImageError
from amalthea.images import read_picture, resize
from tests.images.samples import PIXELS

pytestmark = pytest.mark.single_backend

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("size", [224, (97, 300)])
def test_the_whole_picture_equals_keras(test_data: Path, interpolation: str, size: int | tuple[int, int]) -> None:
    import keras

    path = test_data / "images" / "elephant.jpg"
    target = (size, size) if isinstance(size, int) else size
    expected = np.asarray(keras.utils.load_img(path, target_size=target, interpolation=interpolation))
    resized = resize(read_picture(path), size, interpolation)
    assert resized.shape == (*target, 3)
    np.testing.assert_array_equal(resized, expected)


def test_nearest_is_the_default(test_data: Path) -> None:
    picture = read_picture(test_data / "images" / "elephant.jpg")
    np.testing.assert_array_equal(resize(picture, 100), resize(picture, 100, "nearest"))
    assert not np.array_equal(resize(picture, 100), resize(picture, 100, "bilinear"))


def test_the_callers_picture_stays() -> None:
    picture = PIXELS.copy()
    picture.flags.writeable = False
    for size in ((24, 32), (7, 5)):
        resized = resize(picture, size)
        resized[:] = 0
    np.testing.assert_array_equal(picture, PIXELS)


@pytest.mark.parametrize("size", [0, -1, (0, 5), (5,), (224, 224, 3), (22.5, 3), "ab", 224.0, None, True, (8, True)])
def test_wrong_sizes(size: Any) -> None:
    with pytest.raises(ArgumentError, match=r"A size is \(height, width\) in whole pixels above 0; given was"):
        resize(PIXELS, size)


def test_numbers_of_numpy_are_sizes_too() -> None:
    assert resize(PIXELS, (np.int64(3), np.uint8(4))).shape == (3, 4, 3)
    assert resize(PIXELS, np.int64(150)).shape == (150, 150, 3)


@pytest.mark.parametrize("interpolation", ["area", "BILINEAR", "", None])
def test_an_unknown_interpolation_lists_the_known(interpolation: Any) -> None:
    with pytest.raises(
        ArgumentError, match=f"interpolation={interpolation!r} is unknown; .*{', '.join(INTERPOLATIONS)}"
    ):
        resize(PIXELS, 8, interpolation)


@pytest.mark.parametrize(
    "picture", [PIXELS.astype(np.float32), PIXELS[..., 0], PIXELS[np.newaxis], PIXELS[..., :2], PIXELS[:0]]
)
def test_arrays_that_are_no_picture(picture: Any) -> None:
    with pytest.raises(ImageError, match=r"shape \(height, width, 3\) and type uint8; given was .*read_picture"):
        resize(picture, 8)
