from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from amalthea.catalog import Scaling, ScalingSteps
from amalthea.errors import ArgumentError
from amalthea.images import scale

pytestmark = pytest.mark.single_backend

KERAS_MODES = (Scaling.CAFFE, Scaling.TF, Scaling.TORCH)
FORMATS = ("channels_last", "channels_first")


def keras_answer(pixels: NDArray[Any], scaling: Scaling, data_format: str) -> NDArray[Any]:
    import keras

    return keras.applications.imagenet_utils.preprocess_input(pixels.copy(), data_format, scaling.value)


@st.composite
def pictures(draw: st.DrawFn, dtype: str, data_format: str) -> NDArray[Any]:
    batch, height, width = draw(st.tuples(st.sampled_from([(), (1,), (3,)]), st.integers(1, 5), st.integers(1, 5)))
    shape = (*batch, height, width, 3) if data_format == "channels_last" else (*batch, 3, height, width)
    value = {"elements": st.floats(0, 255, width=32)} if dtype.startswith("float") else {}
    return draw(arrays(dtype, shape, **value))


@pytest.mark.parametrize("scaling", KERAS_MODES)
@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int64", "bool"])
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_equals_keras_to_the_last_bit(data: st.DataObject, scaling: Scaling, data_format: str, dtype: str) -> None:
    pixels = data.draw(pictures(dtype, data_format))
    before = pixels.copy()
    scaled = scale(pixels, scaling, data_format)
    expected = keras_answer(pixels, scaling, data_format)
    assert scaled.dtype == expected.dtype == ("float64" if dtype == "float64" else "float32")
    np.testing.assert_array_equal(scaled, expected)
    np.testing.assert_array_equal(pixels, before)


@pytest.mark.parametrize("scaling", KERAS_MODES)
@pytest.mark.parametrize("data_format", FORMATS)
def test_every_value_of_every_channel(scaling: Scaling, data_format: str) -> None:
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    pixels = np.stack([values, values[::-1], values.T], axis=-1 if data_format == "channels_last" else 0)
    scaled = scale(pixels, scaling, data_format)
    np.testing.assert_array_equal(scaled, keras_answer(pixels, scaling, data_format))
    assert len(np.unique(scaled)) >= 256


def test_known_numbers() -> None:
    pixel = np.array([[[10, 20, 30]]], np.uint8)
    expected = {
        Scaling.CAFFE: [30 - 103.939, 20 - 116.779, 10 - 123.68],
        Scaling.TF: [10 / 127.5 - 1, 20 / 127.5 - 1, 30 / 127.5 - 1],
        Scaling.TORCH: [(10 / 255 - 0.485) / 0.229, (20 / 255 - 0.456) / 0.224, (30 / 255 - 0.406) / 0.225],
        Scaling.LITE: [-117 / 128, -107 / 128, -97 / 128],
    }
    assert set(expected) == set(Scaling)
    for scaling, numbers in expected.items():
        np.testing.assert_allclose(scale(pixel, scaling)[0, 0], numbers, rtol=1e-6)
        np.testing.assert_allclose(
            scale(pixel.transpose(2, 0, 1), scaling, "channels_first")[:, 0, 0], numbers, rtol=1e-6
        )


def test_lite_is_exact_for_pixels() -> None:
    pixels = np.arange(255, dtype=np.uint8).reshape(1, 85, 3)
    np.testing.assert_array_equal(scale(pixels, Scaling.LITE), (pixels.astype(np.float64) - 127) / 128)


@pytest.mark.parametrize("scaling", Scaling)
def test_half_precision_is_rounded_once(scaling: Scaling) -> None:
    pixels = np.random.default_rng(0).uniform(0, 255, (4, 5, 3)).astype(np.float16)
    exact = scale(pixels.astype(np.float32), scaling)
    scaled = scale(pixels, scaling)
    assert scaled.dtype == np.float16
    np.testing.assert_array_equal(scaled, exact.astype(np.float16))


@pytest.mark.parametrize("scaling", Scaling)
@pytest.mark.parametrize("data_format", FORMATS)
def test_views_and_read_only_arrays_serve(scaling: Scaling, data_format: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 3, 3, 3), dtype=np.uint8)
    pixels.flags.writeable = False
    view = pixels[:, ::-1, ::-1]
    scaled = scale(view, scaling, data_format)
    assert scaled.flags.writeable
    assert scaled.flags.c_contiguous
    np.testing.assert_array_equal(scaled, scale(np.ascontiguousarray(view), scaling, data_format))


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_integers_take_the_type_that_is_asked_for(dtype: str) -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert scale(pixels, Scaling.TORCH, dtype=dtype).dtype == dtype
    assert scale(pixels.astype(np.float32), Scaling.TORCH, dtype=dtype).dtype == np.float32


WRONG_SHAPES = [
    ((5, 5, 1), "channels_last", "repeat a single channel three times"),
    ((2, 5, 5, 4), "channels_last", "drop an alpha channel"),
    ((2, 3, 8, 8), "channels_last", "Did you mean data_format='channels_first'"),
    ((2, 8, 8, 3), "channels_first", "Did you mean data_format='channels_last'"),
    ((8, 3), "channels_last", "Give one picture, or several"),
    ((1, 2, 8, 8, 3), "channels_last", "Give one picture, or several"),
]


@pytest.mark.parametrize(("shape", "data_format", "advice"), WRONG_SHAPES)
def test_wrong_shapes(shape: tuple[int, ...], data_format: str, advice: str) -> None:
    with pytest.raises(ArgumentError, match="expects shape .* or a batch of it; given was .*" + advice):
        scale(np.zeros(shape), Scaling.TF, data_format)


@pytest.mark.parametrize("data_format", ["channels_middle", "", None])
def test_wrong_data_formats(data_format: Any) -> None:
    with pytest.raises(ArgumentError, match=f"data_format={data_format!r} is unknown; choose 'channels_last' or 'cha"):
        scale(np.zeros((2, 2, 3)), Scaling.TF, data_format)


@pytest.mark.parametrize("dtype", ["complex64", "object", "U3"])
def test_pixels_are_real_numbers(dtype: str) -> None:
    with pytest.raises(ArgumentError, match=r"Pixels are real numbers in .* given was an array of type"):
        scale(np.zeros((2, 2, 3), dtype), Scaling.TF)


@pytest.mark.parametrize("data_format", FORMATS)
def test_a_number_and_steps_of_ones_own(data_format: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 3, 3, 3), dtype=np.uint8)
    np.testing.assert_array_equal(scale(pixels, 1 / 255, data_format), pixels.astype(np.float32) / np.float32(255))
    np.testing.assert_array_equal(scale(pixels, "torch", data_format), scale(pixels, Scaling.TORCH, data_format))
    np.testing.assert_array_equal(scale(pixels, ScalingSteps(), data_format), pixels.astype(np.float32))
    with pytest.raises(ArgumentError, match="scaling='keras' is unknown"):
        scale(pixels, "keras", data_format)
