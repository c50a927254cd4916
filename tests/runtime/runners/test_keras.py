"""Models that cannot become a graph, by the backend of Keras itself."""

from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from keras import layers

from amalthea import _keras
from amalthea.errors import ArgumentError, UnsupportedLayerError
from amalthea.runtime import to_onnx
from amalthea.runtime.runners import TensorSpec
from amalthea.runtime.runners.keras import KerasRunner
from tests.live_weights import set_live_weights
from tests.runtime.agreement import numbers


@pytest.fixture(scope="module")
def model():
    """With a layer that no graph knows, and layers that training alone changes anything in."""
    image = keras.Input((None, None, 3), name="image")
    x = layers.Conv2D(4, 3, activation="relu", data_format="channels_last")(image)
    x = layers.BatchNormalization()(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Lambda(lambda tensor: tensor * 2, name="double")(x)
    model = keras.Model(image, layers.GlobalAveragePooling2D(data_format="channels_last", name="scores")(x))
    set_live_weights(model)
    return model


@pytest.fixture(scope="module")
def runner(model):
    return KerasRunner(model)


def answer_of(model, *arrays):
    _keras.pin_openvino_precision()
    return model.predict(arrays[0] if len(arrays) == 1 else list(arrays), verbose=0)


def assert_same(found, expected):
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * expected.std())


def test_no_graph_knows_this_model(model):
    with pytest.raises(UnsupportedLayerError, match="double"):
        to_onnx(model)


@pytest.mark.parametrize("count", [1, 33])
def test_it_answers_as_the_model_predicts(runner, model, count):
    pictures = numbers(count, 9, 8, 3)
    weights = model.get_weights()
    assert_same(runner([pictures])[0], answer_of(model, pictures))
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_no_picture(runner):
    [found] = runner([np.empty((0, 9, 8, 3), np.uint8)])
    assert found.shape == (0, 4)
    assert found.dtype == np.float32


def test_what_it_takes_and_returns(runner, model):
    assert runner.inputs == (TensorSpec("image", (None, None, None, 3)),)
    assert [spec.shape for spec in runner.outputs] == [(None, 4)]
    assert runner.signature == (("image",), 0)


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_any_type_of_numbers(runner, model, dtype):
    pictures = (5 * np.abs(numbers(2, 9, 8, 3))).astype(dtype)
    assert_same(runner([pictures])[0], answer_of(model, pictures.astype(np.float32)))


def test_several_threads(runner, model):
    pictures = numbers(12, 9, 8, 3)
    expected = answer_of(model, pictures)
    with ThreadPoolExecutor(4) as pool:
        for row, [found] in enumerate(pool.map(lambda row: runner([pictures[row : row + 1]]), range(12))):
            assert_same(found[0], expected[row])


def test_several_inputs_and_outputs_in_dictionaries():
    given = {"left": keras.Input((4, 4, 3), name="left"), "right": keras.Input((5,), dtype="int32", name="right")}
    number = layers.Lambda(lambda tensor: keras.ops.cast(tensor, "float32"), output_shape=(5,))(given["right"])
    flat = layers.Flatten()(given["left"])
    model = keras.Model(given, {"all": layers.Concatenate()([flat, number]), "two": [layers.Dense(2)(flat), number]})
    set_live_weights(model)
    left, right = numbers(3, 4, 4, 3), np.arange(15).reshape(3, 5)
    runner = KerasRunner(model)
    assert runner.signature == (("left", "right"), {"all": 0, "two": [1, 2]})
    assert [spec.dtype for spec in runner.inputs] == ["float32", "int32"]
    whole, two, same = runner([left, right])
    np.testing.assert_array_equal(whole, np.concatenate([left.reshape(3, -1), right], axis=1))
    np.testing.assert_array_equal(same, right)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(two, left.reshape(3, -1) @ kernel + bias, rtol=1e-5, atol=1e-5)


class Doubled(keras.Model):
    """Computes in a method of its own."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, inputs):
        return 2 * self.dense(inputs)


class DoubledFunctional(keras.Model):
    def call(self, inputs):
        return 2 * super().call(inputs)


class DoubledSequential(keras.Sequential):
    def call(self, inputs):
        return 2 * super().call(inputs)


def subclassed():
    model = Doubled()
    model(np.zeros((1, 3), np.float32))
    return model


def functional():
    given = keras.Input((3,))
    return DoubledFunctional(given, layers.Dense(2)(given))


def sequential():
    return DoubledSequential([keras.Input((3,)), layers.Dense(2)])


@pytest.mark.parametrize("make", [subclassed, functional, sequential])
def test_models_that_compute_in_a_method_of_their_own(make):
    model = make()
    kernel, bias = model.get_weights()
    x = numbers(5, 3)
    runner = KerasRunner(model)
    [found] = runner([x])
    np.testing.assert_allclose(found, 2 * (x @ kernel + bias), rtol=1e-5, atol=1e-5)
    assert [spec.shape for spec in runner.inputs + runner.outputs] == [(None, 3), (None, 2)]
    assert runner.signature[1] == 0


def test_half_precision_comes_out_as_float32():
    given = keras.Input((3,))
    model = keras.Model(given, layers.Dense(2, dtype="mixed_bfloat16")(given))
    runner = KerasRunner(model)
    assert runner.outputs[0].dtype == "float32"
    assert runner([numbers(2, 3)])[0].dtype == np.float32


@pytest.mark.single_backend
def test_a_model_without_shapes():
    with pytest.raises(ArgumentError, match=r"'doubled.*' has no shapes yet. Give it an Input, or call model.build"):
        KerasRunner(Doubled())


@pytest.mark.single_backend
def test_what_is_no_model():
    with pytest.raises(ArgumentError, match=r"is a str; allowed is a keras.Model"):
        KerasRunner("VGG16")


@pytest.mark.single_backend
def test_a_layer_that_fails_is_an_error_that_says_how(runner, model):
    with pytest.raises(ArgumentError, match=rf"Model '{model.name}' cannot compute arrays of shape \(1, 1, 1, 3\): "):
        runner([numbers(1, 1, 1, 3)])


@pytest.mark.single_backend
def test_a_model_that_mixes_its_pictures():
    given = keras.Input((3,))
    runner = KerasRunner(keras.Model(given, keras.ops.mean(given, axis=0, keepdims=True)))
    with pytest.raises(ArgumentError, match=r"returns an array of shape \(1, 3\) for 5 pictures"):
        runner([numbers(5, 3)])
