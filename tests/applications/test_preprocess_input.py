"""Every kind of input, beside Keras' own function."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from amalthea.applications.imagenet_utils import preprocess_input
from amalthea.errors import ArgumentError
from amalthea.images import read_picture

MODES = ("caffe", "tf", "torch")
FORMATS = ("channels_last", "channels_first")
keras_preprocess_input = keras.applications.imagenet_utils.preprocess_input


@pytest.fixture
def keras_settings() -> Iterator[None]:
    before = keras.config.image_data_format(), keras.config.floatx()
    yield
    keras.config.set_image_data_format(before[0])
    keras.config.set_floatx(before[1])


def pictures(data_format: str = "channels_last", dtype: str = "float32", batch: bool = True) -> NDArray[Any]:
    pixels = np.random.default_rng(3).uniform(0, 255, (2, 6, 5, 3))
    pixels = pixels if data_format == "channels_last" else pixels.transpose(0, 3, 1, 2)
    return np.ascontiguousarray((pixels if batch else pixels[0]).astype(dtype))


def tensor(pixels: NDArray[Any]) -> Any:
    return keras.ops.convert_to_tensor(pixels.copy())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("batch", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int32"])
@pytest.mark.single_backend
def test_arrays_equal_keras(mode: str, data_format: str, batch: bool, dtype: str) -> None:
    pixels = pictures(data_format, dtype, batch)
    before = pixels.copy()
    scaled = preprocess_input(pixels, data_format, mode)
    expected = keras_preprocess_input(before.copy(), data_format, mode)
    assert scaled.dtype == expected.dtype
    np.testing.assert_array_equal(scaled, expected)
    np.testing.assert_array_equal(pixels, before)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("batch", [True, False])
def test_tensors_equal_keras_and_stay(mode: str, data_format: str, batch: bool) -> None:
    pixels = pictures(data_format, batch=batch)
    given = tensor(pixels)
    scaled = preprocess_input(given, data_format, mode)
    assert keras.ops.is_tensor(scaled)
    expected = keras_preprocess_input(tensor(pixels), data_format, mode)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(scaled), keras.ops.convert_to_numpy(expected))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(given), pixels)


@pytest.mark.parametrize("mode", [*MODES, "lite"])
@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("dtype", ["uint8", "int32", "bool", "float16", "float32", "float64", "bfloat16"])
def test_tensors_of_any_type_equal_arrays(mode: str, data_format: str, dtype: str, backend: str) -> None:
    if (backend, dtype) == ("jax", "float64"):
        pytest.skip("JAX has no float64 unless it is switched on")
    pixels = pictures(data_format, "uint8")
    given = keras.ops.cast(tensor(pixels), dtype)
    scaled = preprocess_input(given, data_format, mode)
    wide = "float64" if dtype == "float64" else "float32"
    kept = dtype in ("float16", "float64", "bfloat16")
    assert keras.utils.standardize_dtype(scaled.dtype) == (dtype if kept else "float32")
    expected = preprocess_input(keras.ops.convert_to_numpy(keras.ops.cast(given, wide)), data_format, mode)
    answer = keras.ops.convert_to_numpy(keras.ops.cast(scaled, wide))
    rounding = {"float16": 1e-3, "bfloat16": 8e-3, "float64": 1e-12}.get(dtype, 1e-6)
    if (backend, dtype) == ("openvino", "float64"):
        rounding = 1e-5  # OpenVINO computes in float32
    np.testing.assert_allclose(answer, expected, rtol=rounding, atol=rounding)


@pytest.mark.parametrize("mode", [*MODES, "lite"])
@pytest.mark.parametrize("data_format", FORMATS)
def test_inside_a_functional_model(mode: str, data_format: str, tmp_path: Path) -> None:
    pixels = pictures(data_format)
    inputs = keras.Input(pixels.shape[1:])
    model = keras.Model(inputs, preprocess_input(inputs, data_format, mode))
    answer = model.predict(pixels, verbose=0)
    np.testing.assert_allclose(answer, preprocess_input(pixels, data_format, mode), rtol=1e-6, atol=1e-6)
    if mode != "lite":
        inputs = keras.Input(pixels.shape[1:])
        reference = keras.Model(inputs, keras_preprocess_input(inputs, data_format, mode))
        np.testing.assert_array_equal(answer, reference.predict(pixels, verbose=0))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(pixels, verbose=0), answer)


def test_inside_a_functional_model_of_bytes_and_unknown_sizes() -> None:
    pixels = pictures(dtype="uint8")
    inputs = keras.Input((None, None, 3), dtype="uint8")
    scaled = preprocess_input(inputs, "channels_last", "caffe")
    assert scaled.dtype == "float32"
    answer = keras.Model(inputs, scaled).predict(pixels, verbose=0)
    np.testing.assert_array_equal(answer, preprocess_input(pixels, "channels_last", "caffe"))


@pytest.mark.single_backend
def test_a_photograph_twice(test_data: Path) -> None:
    """Keras changes the first argument, so that a second call gives something else."""
    picture = read_picture(test_data / "images" / "parrot.jpg").astype("float32")
    first, second = preprocess_input(picture), preprocess_input(picture)
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(keras_preprocess_input(picture).copy(), keras_preprocess_input(picture))


@pytest.mark.single_backend
def test_what_keras_does_not_take() -> None:
    pixels = pictures(dtype="uint8")
    expected = preprocess_input(pixels.astype("float32"), mode="torch")
    read_only = pixels.astype("float32")
    read_only.flags.writeable = False
    for given in (read_only, pixels.tolist(), pixels.astype(float).tolist(), list(pixels), tuple(pixels)):
        scaled = preprocess_input(given, mode="torch")
        assert scaled.dtype == np.float32
        np.testing.assert_array_equal(scaled, expected)
    images = [Image.fromarray(picture) for picture in pixels]
    np.testing.assert_array_equal(preprocess_input(images, mode="torch"), expected)
    np.testing.assert_array_equal(preprocess_input(images[0], mode="torch"), expected[0])


@pytest.mark.parametrize("framework", ["tensorflow", "torch", "jax"])
def test_tensors_of_another_framework_become_arrays(framework: str, backend: str) -> None:
    module = pytest.importorskip(framework)
    if framework == backend:
        pytest.skip("this is the backend itself")
    make = {"tensorflow": "convert_to_tensor", "torch": "from_numpy", "jax": "numpy.asarray"}[framework]
    for part in make.split("."):
        module = getattr(module, part)
    pixels = pictures(dtype="uint8")
    scaled = preprocess_input(module(pixels), mode="caffe")
    assert isinstance(scaled, np.ndarray)
    np.testing.assert_array_equal(scaled, preprocess_input(pixels, mode="caffe"))


def test_inside_what_the_backend_compiles(backend: str) -> None:
    pixels = pictures(dtype="uint8")
    expected = preprocess_input(pixels, mode="torch")
    if backend == "tensorflow":
        import tensorflow as tf

        scaled = next(iter(tf.data.Dataset.from_tensors(pixels).map(lambda x: preprocess_input(x, mode="torch"))))
        with pytest.raises(ArgumentError, match=r"The rank of .* is unknown; tell it first, as with tensor.set_shape"):
            tf.function(preprocess_input, autograph=False).get_concrete_function(tf.TensorSpec(None))
    elif backend == "jax":
        import jax

        scaled = jax.jit(lambda x: preprocess_input(x, mode="torch"))(pixels)
    elif backend == "torch":
        import torch

        given = torch.from_numpy(pixels).float().requires_grad_()
        scaled = preprocess_input(given, mode="torch")
        scaled.sum().backward()
        assert (given.grad != 0).all()
    else:
        pytest.skip("nothing is compiled before it runs")
    np.testing.assert_allclose(keras.ops.convert_to_numpy(scaled), expected, rtol=1e-5, atol=1e-6)


def test_keras_settings_are_read_when_called(keras_settings: None) -> None:
    keras.config.set_image_data_format("channels_first")
    first = pictures("channels_first", "uint8")
    expected = keras_preprocess_input(first.copy(), "channels_first")
    np.testing.assert_array_equal(preprocess_input(first), expected)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(preprocess_input(tensor(first))), expected)
    keras.config.set_floatx("float16")
    assert preprocess_input(first).dtype == np.float16
    assert keras.utils.standardize_dtype(preprocess_input(tensor(first)).dtype) == "float16"
    assert preprocess_input(first.tolist()).dtype == np.float16


def inputs_of_shape(shape: tuple[int, ...]) -> list[Any]:
    return [np.ones(shape), tensor(np.ones(shape, "float32")), keras.KerasTensor(shape), np.ones(shape).tolist()]


@pytest.mark.parametrize(
    ("shape", "data_format", "message"),
    [
        (
            (2, 5, 5, 1),
            "channels_last",
            r"expects shape \(height, width, 3\) or a batch of it; given was .*repeat a sin",
        ),
        ((2, 5, 5, 4), "channels_last", r"given was \(2, 5, 5, 4\).*drop an alpha channel"),
        ((2, 3, 5, 5), "channels_last", r"Did you mean data_format='channels_first'\?"),
        (
            (2, 5, 5, 3),
            "channels_first",
            r"expects shape \(3, height, width\) .*Did you mean data_format='channels_last'",
        ),
        ((5, 3), "channels_last", r"given was \(5, 3\). Give one picture, or several of the same size"),
        ((1, 2, 5, 5, 3), "channels_last", "Give one picture, or several of the same size"),
        ((2, 5, 5, 3), "channels_middle", "data_format='channels_middle' is unknown; choose 'channels_last' or"),
    ],
)
def test_wrong_shapes_and_formats(shape: tuple[int, ...], data_format: str, message: str) -> None:
    for mode in ("caffe", "tf"):
        for x in inputs_of_shape(shape):
            with pytest.raises(ArgumentError, match=message):
                preprocess_input(x, data_format, mode)


@pytest.mark.parametrize("mode", ["Caffe", "imagenet", "", None])
def test_an_unknown_mode_lists_the_known(mode: Any) -> None:
    with pytest.raises(ArgumentError, match=f"mode={mode!r} is unknown; choose one of caffe, tf, torch, lite"):
        preprocess_input(pictures(), mode=mode)


def test_what_is_no_numbers() -> None:
    with pytest.raises(
        ArgumentError, match=r"A list cannot be read as an array: .*Give an array, lists of equal length"
    ):
        preprocess_input([[[1, 2, 3]], [[1, 2, 3], [4, 5, 6]]])
    with pytest.raises(ArgumentError, match=r"Pixels are real numbers in .* given was an array of type complex64"):
        preprocess_input(pictures(dtype="complex64"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not every backend has complex tensors
        complex_tensor = keras.KerasTensor((2, 5, 5, 3), dtype="complex64")
    with pytest.raises(ArgumentError, match=r"Pixels are real numbers in .* given was a tensor of type complex64"):
        preprocess_input(complex_tensor)
