"""A predictor takes what ``model.predict`` takes, and returns the same."""

from itertools import product
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

import amalthea
from amalthea import _keras
from amalthea.errors import ArgumentError
from tests.live_weights import set_live_weights
from tests.runtime.agreement import numbers
from tests.runtime.small_models import assert_like_predict, assert_same, pair_model, picture_model


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    _keras.pin_openvino_precision()


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.uint8, np.int32])
def test_arrays(dtype):
    pictures = (10 * np.abs(numbers(5, 6, 5, 2))).astype(dtype)
    assert_like_predict(picture_model(), pictures, pictures.astype(np.float32))


def test_lists():
    pictures = numbers(3, 6, 5, 2)
    for x in (pictures.tolist(), list(pictures), tuple(pictures), [pictures], [pictures.tolist()], [list(pictures)]):
        assert_like_predict(picture_model(), x, pictures)


def test_a_list_of_one_picture_is_a_batch_of_one():
    pictures = numbers(1, 6, 5, 2)
    assert_like_predict(picture_model(), [pictures[0]], pictures)
    assert_like_predict(picture_model(), [pictures], pictures)


def test_tensors_of_the_backend():
    pictures = numbers(3, 6, 5, 2)
    assert_like_predict(picture_model(), keras.ops.convert_to_tensor(pictures), pictures)


def test_tensors_of_every_framework_that_is_installed():
    pictures = numbers(3, 6, 5, 2)
    found = 0
    for name, convert in (
        ("tensorflow", lambda module: module.constant(pictures)),
        ("tensorflow", lambda module: module.cast(module.constant(pictures), module.bfloat16)),
        ("torch", lambda module: module.tensor(pictures, requires_grad=True)),
        ("torch", lambda module: module.tensor(pictures).to(module.bfloat16)),
        ("torch", lambda module: (module.tensor(pictures) * 10).to(module.uint8)),
        ("jax.numpy", lambda module: module.asarray(pictures)),
        ("jax.numpy", lambda module: module.asarray(pictures, dtype=module.bfloat16)),
    ):
        if keras.config.backend() != name.split(".")[0]:
            continue  # loading all of them takes half a minute
        tensor = convert(pytest.importorskip(name))
        same = keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32"))
        assert_like_predict(picture_model(), tensor, same)
        found += 1
    assert found == {"tensorflow": 2, "torch": 3, "jax": 2, "openvino": 0}[keras.config.backend()]


@pytest.mark.filterwarnings("ignore:.*The structure of `inputs`")  # Keras' OpenVINO backend, about dictionaries
@pytest.mark.parametrize("outputs", ["list", "tuple", "one", "dict", "nested"])
@pytest.mark.parametrize("inputs", ["list", "tuple", "dict"])
def test_structures(inputs, outputs):
    model = pair_model(inputs, outputs)
    left, right = numbers(5, 4), numbers(5, 3)
    given = {"list": [left, right], "tuple": (left, right), "dict": {"left": left, "right": right}}[inputs]
    assert_like_predict(model, given)
    for x in ([left, right], (left, right), {"right": right, "left": left}):
        assert_same(amalthea.predictor(model)(x), model.predict(given, verbose=0))


def test_one_input_by_name():
    pictures = numbers(2, 6, 5, 2)
    assert_like_predict(picture_model(), {"picture": pictures}, pictures)


@pytest.mark.parametrize("shape", [(4, 1), (4, 3, 1)])
def test_a_last_axis_of_length_one_may_be_missing(shape):
    model = keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(2)])
    set_live_weights(model)
    x = numbers(3, *shape)
    assert_like_predict(model, x[..., 0], x)
    model = keras.Sequential([keras.Input(shape[:-1]), layers.Flatten(), layers.Dense(2)])
    set_live_weights(model)
    assert_like_predict(model, x, x[..., 0])


def test_no_picture():
    found = amalthea.predictor(picture_model())(np.empty((0, 6, 5, 2)))
    assert found.shape == (0, 3)
    assert found.dtype == np.float32


@pytest.mark.single_backend
def test_inputs_of_whole_numbers():
    number = keras.Input((3,), dtype="int32", name="number")
    model = keras.Model(number, layers.Rescaling(0.5, name="half")(number), name="whole")
    predictor, x = amalthea.predictor(model), np.array([[1, -7, 300]])
    for same in (x, x.astype(np.int16), x.astype(np.float32), x.tolist()):
        np.testing.assert_array_equal(predictor(same), [[0.5, -3.5, 150]])
    for other, message in (
        (x + 0.5, "given were numbers with a fraction"),
        (x * np.nan, "given were numbers with a fraction"),
        (x * 10**9, "given were numbers from -7000000000 to 300000000000"),
    ):
        with pytest.raises(ArgumentError, match=rf"whole: input 'number' of type int32 takes whole .* {message}"):
            predictor(other)


def test_keras_own_way_to_predict_stays_as_it_is():
    model = picture_model()
    before = keras.Model.predict, keras.Sequential.predict
    assert_same(amalthea.predictor(model)(numbers(2, 6, 5, 2)), model.predict(numbers(2, 6, 5, 2), verbose=0))
    assert (keras.Model.predict, keras.Sequential.predict) == before
    assert keras.Model.predict.__module__.startswith("keras.src.")
    assert "predict" not in vars(model)


def test_later_weights_do_not_reach_it():
    model = picture_model()
    predictor, x = amalthea.predictor(model), numbers(2, 6, 5, 2)
    expected = model.predict(x, verbose=0)
    set_live_weights(model, seed=9)
    assert_same(predictor(x), expected)
    # Not model.predict: on Keras' OpenVINO backend, later weights do not reach that either.
    assert not np.allclose(keras.ops.convert_to_numpy(model(x)), expected, atol=0.1)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (
            numbers(2, 6, 6, 2),
            r"small: input 'picture' takes arrays of shape \(batch, 6, 5, 2\); given was \(2, 6, 6, 2",
        ),
        (numbers(6, 5, 2), r"given was \(6, 5, 2\)\. A single one needs an axis in front: x\[None\]"),
        (numbers(2, 2, 6, 5), r"given was \(2, 2, 6, 5\)\.$"),
        (np.float32(3), r"given was \(\)"),
        ([], r"given was \(0,\)"),
        ([[1, 2], [3]], "small: the input is no array of numbers: "),
        (numbers(2, 6, 5, 2) + 1j, "must be real numbers; given was an array of type complex"),
        (None, r"small: the input must be real numbers; given was an array of type object\.$"),
        ({"image": numbers(2, 6, 5, 2)}, "small: input 'picture' is missing; given were 'image'"),
        (iter([]), "small: the list_iterator held no batch. An iterator works only once"),
        (iter([numbers(2, 6, 5, 3)]), r"given was \(2, 6, 5, 3\)"),
        (keras.KerasTensor((None, 6, 5, 2)), "small: the input is no array of numbers: "),
    ],
    ids=range(12),
)
def test_what_it_cannot_take(x, message):
    with pytest.raises(ArgumentError, match=message):
        amalthea.predictor(picture_model())(x)


FILES = [
    ("cat.jpg", "<U7"),
    (["cat.jpg"], "<U7"),
    (np.array(["cat.jpg", "dog.jpg"]), "<U7"),
    ({"picture": "cat.jpg"}, "<U7"),
    (Path("cat.jpg"), "object"),
    ([Path("cat.jpg"), "dog.jpg"], "object"),
    (b"\xff\xd8\xff", r"\|S3"),
    ([b"\xff\xd8\xff"], r"\|S3"),
]


@pytest.mark.single_backend
def test_files_have_a_method_of_their_own():
    chain = layers.GlobalAveragePooling2D(data_format="channels_last"), layers.Dense(3)
    photograph = keras.Sequential([keras.Input((6, 5, 3), name="picture"), *chain], name="small")
    predictors = amalthea.predictor(picture_model()), amalthea.predictor(photograph, preprocess=True, scaling="tf")
    for predictor, (x, kind) in product(predictors, FILES):
        message = rf"^small: the input must be .* type {kind}\. Files go to predictor\.predict_images\(paths\)\.$"
        with pytest.raises(ArgumentError, match=message):
            predictor(x)
        with pytest.raises(ArgumentError, match=message):
            predictor.predict(x, batch_size=1)
        with pytest.raises(ArgumentError, match=message):
            predictor(iter([(x,)]))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (
            numbers(2, 4),
            "pair takes 2 inputs, given was a ndarray. Give a list of 2 arrays, or a dictionary with 'left'",
        ),
        ([numbers(2, 4)], "pair takes 2 inputs, given was 1 of them"),
        ([numbers(2, 3), numbers(2, 4)], r"input 'left' takes arrays of shape \(batch, 4\); given was \(2, 3\)"),
        ([numbers(2, 4), numbers(3, 3)], "pair: the inputs must have equal lengths, given were 2, 3"),
        ({"left": numbers(2, 4)}, "pair: input 'right' is missing; given were 'left'"),
    ],
    ids=["array", "one", "swapped", "lengths", "missing"],
)
def test_what_several_inputs_cannot_take(x, message):
    with pytest.raises(ArgumentError, match=message):
        amalthea.predictor(pair_model())(x)
