"""One transformation of a picture: a single warp, and all that follows, in Keras' order."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from amalthea.errors import ImageError
from amalthea.images import Transform
from amalthea.images.augmentation import FILL_MODES, affine_matrix, brighten, legacy_matrix, shift_channels, warp
from tests.images.augmentation.photographs import HEIGHT, WIDTH, photographs

pytestmark = pytest.mark.single_backend

PIXELS = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
FLIPS = [(False, False), (True, False), (False, True), (True, True)]


def mirrored(picture: np.ndarray, horizontal: bool, vertical: bool) -> np.ndarray:
    return picture[:: -1 if vertical else 1, :: -1 if horizontal else 1]


def test_nothing_is_a_copy() -> None:
    for transform in (Transform(), Transform(matrix=np.eye(3))):
        result = transform.apply(PIXELS)
        np.testing.assert_array_equal(result, PIXELS)
        assert not np.shares_memory(result, PIXELS)


@pytest.mark.parametrize(("horizontal", "vertical"), FLIPS)
@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32, np.float64])
def test_flips_alone_are_exact(dtype: Any, horizontal: bool, vertical: bool) -> None:
    for matrix in (None, np.eye(3)):
        transform = Transform(matrix=matrix, horizontal_flip=horizontal, vertical_flip=vertical)
        result = transform.apply(PIXELS.astype(dtype))
        assert result.dtype == dtype
        np.testing.assert_array_equal(result, mirrored(PIXELS, horizontal, vertical))
        assert result.flags.c_contiguous


@pytest.mark.parametrize(("horizontal", "vertical"), FLIPS)
@pytest.mark.parametrize("fill_mode", FILL_MODES)
def test_a_flip_in_the_warp_is_a_flip_after_it(horizontal: bool, vertical: bool, fill_mode: str) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (30, 41, 3), np.uint8)
    matrix = affine_matrix(30, 41, rotation=33, shear=8, zoom=(0.8, 1.4), shift=(4.2, -7.1))
    transform = Transform(
        matrix=matrix, horizontal_flip=horizontal, vertical_flip=vertical, fill_mode=fill_mode, fill_value=3, order=0
    )
    expected = mirrored(warp(picture, matrix, fill_mode, 3, order=0), horizontal, vertical)
    assert np.mean(transform.apply(picture) != expected) < 0.001


def test_the_order_is_keras() -> None:
    """Clipping shows it: first to the picture's own range, then to [0, 255]."""
    transform = Transform(channel_shift=30, brightness=5)
    pixels = PIXELS.astype(np.float32)
    np.testing.assert_array_equal(transform.apply(pixels), brighten(shift_channels(pixels, 30), 5))
    assert not np.array_equal(transform.apply(pixels), shift_channels(brighten(pixels, 5), 30))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_what_is_filled_in_is_not_tinted(dtype: Any) -> None:
    """Keras' generator tints it with the rest."""
    to_the_right = affine_matrix(4, 5, shift=(0, -2))
    filled = {"matrix": to_the_right, "fill_mode": "constant", "fill_value": 200, "order": 0}
    tinted = Transform(channel_shift=30, brightness=0.5, **filled).apply(PIXELS.astype(dtype))
    plain = Transform(**filled).apply(PIXELS.astype(dtype))
    empty = plain == 200
    assert empty.sum() == 4 * 2 * 3
    np.testing.assert_array_equal(tinted == 200, empty)
    values = brighten(shift_channels(PIXELS.astype(np.float32), 30), 0.5)
    expected = Transform(**filled).apply(np.rint(values).astype(dtype) if dtype == np.uint8 else values)
    np.testing.assert_array_equal(tinted, expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float16, np.float32])
def test_the_type_stays(dtype: Any) -> None:
    result = Transform(channel_shift=10.4, brightness=1.11).apply(PIXELS.astype(dtype))
    assert result.dtype == dtype
    expected = brighten(shift_channels(PIXELS.astype(np.float64), 10.4), 1.11)
    tolerance = 0.5 + 1e-9 if np.issubdtype(dtype, np.integer) else 0.1
    np.testing.assert_allclose(result.astype(np.float64), expected, atol=tolerance)


@pytest.mark.parametrize("picture", [PIXELS[0], PIXELS[np.newaxis], PIXELS[:0]])
def test_arrays_that_are_no_picture(picture: np.ndarray) -> None:
    with pytest.raises(ImageError, match=r"shape \(height, width, channels\) of real numbers; given was"):
        Transform(horizontal_flip=True).apply(picture)


@pytest.mark.parametrize("fill_mode", FILL_MODES)
def test_the_old_generators_transformations(test_data: Path, fill_mode: str) -> None:
    """``apply_transform`` of Keras' legacy ImageDataGenerator, its warp, flips, and where we do it, too, its shift."""
    pytest.importorskip("cv2", reason="linear warps need OpenCV, which a plain installation does not have")
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    original = ImageDataGenerator(
        rotation_range=40, width_shift_range=0.2, height_shift_range=0.2, shear_range=11.5, zoom_range=0.2,
        channel_shift_range=0 if fill_mode == "constant" else 50, horizontal_flip=True, vertical_flip=True,
        fill_mode=fill_mode, cval=60,
        data_format="channels_last", dtype="float32",
    )  # fmt: skip
    state, differences = np.random.get_state(), []
    for seed in range(50):
        pixels = photographs(test_data)[seed % 20].astype(np.float32)
        drawn = original.get_random_transform(pixels.shape, seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            expected = original.apply_transform(pixels, drawn)
        transform = Transform(
            matrix=legacy_matrix(*(drawn[name] for name in ("theta", "tx", "ty", "shear", "zx", "zy")), HEIGHT, WIDTH),
            horizontal_flip=drawn["flip_horizontal"],
            vertical_flip=drawn["flip_vertical"],
            channel_shift=drawn["channel_shift_intensity"] or 0.0,
            fill_mode=fill_mode,
            fill_value=60,
        )
        differences.append(np.abs(transform.apply(pixels) - expected))
    np.random.set_state(state)
    assert np.mean(differences) < 0.01
    assert np.mean(np.less(differences, 0.1)) > 0.999
