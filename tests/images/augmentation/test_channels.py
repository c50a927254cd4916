"""Shifts of channels and brightness, bit by bit as Keras' legacy code has them."""

from typing import Any

import numpy as np
import pytest

from amalthea.images.augmentation import brighten, brighten_through_pillow, shift_channels

pytestmark = pytest.mark.single_backend

GENERATOR = np.random.default_rng(11)
PIXELS = GENERATOR.uniform(3, 250, (9, 7, 3)).astype(np.float32)


@pytest.mark.parametrize("axis", [0, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
@pytest.mark.parametrize("intensity", [40.3, -200.7, 0.0])
def test_the_channel_shift_is_keras(intensity: float, dtype: Any, axis: int) -> None:
    from keras.src.legacy.preprocessing.image import apply_channel_shift

    pixels = PIXELS.astype(dtype)
    expected = apply_channel_shift(pixels, intensity, channel_axis=axis)
    result = shift_channels(pixels, intensity)
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result, expected)
    assert (result.min(), result.max()) >= (pixels.min(), pixels.min())


def test_a_number_of_numpy_does_not_change_the_type() -> None:
    assert shift_channels(PIXELS, np.float64(3)).dtype == np.float32
    assert brighten(PIXELS, np.float64(1.5)).dtype == np.float32


def test_brightness_multiplies_and_clips() -> None:
    np.testing.assert_array_equal(brighten(np.array([0.0, 100.5, 200.0]), 1.5), [0, 150.75, 255])
    np.testing.assert_array_equal(brighten(np.array([10, 255], np.uint8), 0), [0, 0])


@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("factor", [0.0, 0.6, 1.0, 1.7])
@pytest.mark.parametrize("low_and_high", [(3, 250), (-20, 100), (0, 400), (0.1, 0.9)])
def test_the_old_brightness_is_keras(
    low_and_high: tuple[float, float], factor: float, data_format: str, scale: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras
    from keras.src.legacy.preprocessing.image import apply_brightness_shift

    shape = (9, 7, 3) if data_format == "channels_last" else (3, 9, 7)
    pixels = np.random.default_rng(5).uniform(*low_and_high, shape).astype(np.float32)
    before = keras.config.image_data_format()
    keras.config.set_image_data_format(data_format)
    try:
        expected = apply_brightness_shift(pixels, factor, scale)
    finally:
        keras.config.set_image_data_format(before)
    result = brighten_through_pillow(pixels, factor, scale, data_format, "float32")
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("factor", [0.6, 1.0, 1.7])
def test_the_older_brightness_always_stretches(factor: float) -> None:
    originals = pytest.importorskip("keras_preprocessing.image.affine_transformations")
    expected = originals.apply_brightness_shift(PIXELS, factor)
    np.testing.assert_array_equal(brighten_through_pillow(PIXELS, factor, True, "channels_last", "float32"), expected)
