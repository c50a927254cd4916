"""A predictor takes what ``model.predict`` takes, and returns the same."""

import keras
import numpy as np
import pytest
from keras import layers

import amalthea
from amalthea import _keras
from amalthea.errors import ArgumentError
from tests.live_weights import set_live_weights
from tests.runtime.agreement import numbers


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    _keras.pin_openvino_precision()


def picture_model():
    chain = layers.Conv2D(4, 3, data_format="channels_last"), layers.Flatten(), layers.Dense(3)
    model = keras.Sequential([keras.Input((6, 5, 2), name="picture"), *chain], name="small")
    set_live_weights(model)
    return model


def pair_model(inputs="list", outputs="list"):
    """Two inputs, two outputs, in the wanted structures."""
    left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
    sums = layers.Dense(2, name="sums")(layers.Concatenate()([left, right]))
    inputs = {"list": [left, right], "tuple": (left, right), "dict": {"left": left, "right": right}}[inputs]
    outputs = {
        "list": [sums, left],
        "tuple": (sums, left),
        "one": [sums],
        "dict": {"sums": sums, "copy": left},
        "nested": {"both": [sums, left], "one": right},
    }[outputs]
    model = keras.Model(inputs, outputs, name="pair")
    set_live_weights(model)
    return model


def assert_same(found, expected):
    """Equal structures of equal numbers; Keras' OpenVINO backend returns subclasses of list and dict."""
    if isinstance(expected, dict):
        assert type(found) is dict
        assert found.keys() == expected.keys()
        found, expected = [found[key] for key in sorted(found)], [expected[key] for key in sorted(expected)]
    if isinstance(expected, list | tuple):
        assert isinstance(expected, type(found))
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert type(found) is np.ndarray
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def assert_like_predict(model, x, same=None):
    """The predictor on x against Keras on the same, or on what x stands for."""
    expected = model.predict(x if same is None else same, verbose=0)
    assert_same(amalthea.predictor(model)(x), expected)


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


BATCHES = [numbers(size, 6, 5, 2, seed=size) for size in (4, 4, 3)]
TARGETS = [np.zeros((len(batch), 3), np.float32) for batch in BATCHES]
WEIGHTS = [np.ones(len(batch), np.float32) for batch in BATCHES]


class Pictures(keras.utils.PyDataset):
    """An iterator in the manner of Keras 2: asked for a batch beyond its end, it begins again."""

    def __len__(self):
        return len(BATCHES)

    def __getitem__(self, number):
        return BATCHES[number % len(self)], TARGETS[number % len(self)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: iter(BATCHES),
        lambda: (batch for batch in BATCHES),
        lambda: ((batch,) for batch in BATCHES),
        lambda: zip(BATCHES, TARGETS, strict=True),
        lambda: zip(BATCHES, TARGETS, WEIGHTS, strict=True),
        lambda: ([batch, target] for batch, target in zip(BATCHES, TARGETS, strict=True)),
        lambda: ({"picture": batch} for batch in BATCHES),
        lambda: Pictures(workers=1),
    ],
    ids=["iterator", "generator", "alone", "targets", "weights", "lists", "dictionaries", "PyDataset"],
)
def test_batches(make):
    assert_like_predict(picture_model(), make(), np.concatenate(BATCHES))


def test_batches_of_several_inputs():
    model = pair_model()
    left, right = numbers(10, 4), numbers(10, 3)
    expected = model.predict([left, right], verbose=0)
    predictor = amalthea.predictor(model)
    parts = [slice(0, 4), slice(4, 10)]
    assert_same(predictor(((left[part], right[part]), None) for part in parts), expected)
    assert_same(predictor(({"left": left[part], "right": right[part]},) for part in parts), expected)


def test_data_sets_of_the_backend():
    pictures, targets = np.concatenate(BATCHES), np.concatenate(TARGETS)
    if keras.config.backend() == "tensorflow":
        import tensorflow

        data = tensorflow.data.Dataset.from_tensor_slices((pictures, targets)).batch(4)
        assert_like_predict(picture_model(), data)
    elif keras.config.backend() == "torch":
        from torch import tensor
        from torch.utils.data import DataLoader, TensorDataset

        data = DataLoader(TensorDataset(tensor(pictures), tensor(targets)), batch_size=4)
        assert_like_predict(picture_model(), data)
    else:
        pytest.skip("neither TensorFlow nor torch")


@pytest.mark.parametrize("size", [1, 2, 5, 9, np.int64(3)])
def test_arrays_in_batches(size):
    model, pictures = picture_model(), numbers(5, 6, 5, 2)
    predictor, expected = amalthea.predictor(model), model.predict(pictures, verbose=0)
    for x in (pictures, pictures.tolist(), list(pictures), [pictures], {"picture": pictures}):
        assert_same(predictor.predict(x, batch_size=size), expected)
    assert_same(predictor.predict(keras.ops.convert_to_tensor(pictures), batch_size=size), expected)
    assert predictor.predict(pictures[:0], batch_size=size).shape == (0, 3)


@pytest.mark.single_backend
def test_batches_bound_the_memory():
    """Only a batch at a time is read from what lies on a disk."""
    read = []

    class OnDisk:
        shape, dtype = (10, 6, 5, 2), np.dtype("float32")

        def __len__(self):
            return 10

        def __getitem__(self, rows):
            read.append((rows.start, rows.stop))
            return numbers(10, 6, 5, 2)[rows]

        def __array__(self, dtype=None, copy=None):
            raise AssertionError("all of it was read")

    model = picture_model()
    expected = model.predict(numbers(10, 6, 5, 2), verbose=0)
    assert_same(amalthea.predictor(model).predict(OnDisk(), batch_size=4), expected)
    assert read == [(0, 4), (4, 8), (8, 12)]


@pytest.mark.single_backend
@pytest.mark.filterwarnings("ignore:.*The structure of `inputs`")  # Keras' OpenVINO backend, about dictionaries
@pytest.mark.parametrize("outputs", ["list", "dict"])
def test_several_inputs_in_batches(outputs):
    model, left, right = pair_model("dict", outputs), numbers(5, 4), numbers(5, 3)
    given = {"left": left, "right": right}
    assert_same(amalthea.predictor(model).predict(given, batch_size=2), model.predict(given, verbose=0))
    with pytest.raises(ArgumentError, match="pair: the inputs must have equal lengths, given were 5, 4"):
        amalthea.predictor(model).predict([left, right[:4]], batch_size=2)


@pytest.mark.single_backend
@pytest.mark.parametrize("size", [0, -1, 2.0, "4", True], ids=repr)
def test_wrong_batch_sizes(size):
    with pytest.raises(ArgumentError, match=f"batch_size={size!r} must be a whole number above 0, or None"):
        amalthea.predictor(picture_model()).predict(numbers(2, 6, 5, 2), batch_size=size)


def test_no_picture():
    found = amalthea.predictor(picture_model())(np.empty((0, 6, 5, 2)))
    assert found.shape == (0, 3)
    assert found.dtype == np.float32


def test_what_is_no_number_has_no_answer():
    """OpenVINO would take NaN for zero, and be sure of a class."""
    chain = [
        layers.Conv2D(4, 3, data_format="channels_last", activation="relu"),
        layers.MaxPooling2D(2, data_format="channels_last"),
        layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ]
    model = keras.Sequential([keras.Input((8, 8, 2)), *chain], name="small")
    set_live_weights(model)
    pictures = numbers(6, 8, 8, 2)
    expected = amalthea.predictor(model)(pictures)
    pictures[1] = np.nan
    pictures[4, 3, 3, 1] = np.nan
    for found in (amalthea.predictor(model)(pictures), amalthea.predictor(model).predict(pictures, batch_size=2)):
        assert np.isnan(found).all(axis=1).tolist() == [False, True, False, False, True, False]
        np.testing.assert_allclose(found[[0, 2, 3, 5]], expected[[0, 2, 3, 5]], rtol=0, atol=1e-6)
    if keras.config.backend() in ("torch", "jax"):  # TensorFlow's pooling takes NaN for the least number
        np.testing.assert_array_equal(np.isnan(model.predict(pictures, verbose=0)), np.isnan(found))


@pytest.mark.single_backend
def test_a_model_that_asks_for_nan_gets_it():
    x = keras.Input((4,), name="x")
    known = keras.ops.where(keras.ops.isnan(x), 0.0, x)
    model = keras.Model(x, layers.Dense(2, name="two")(known), name="robust")
    set_live_weights(model)
    numbers_and_nan = numbers(3, 4)
    numbers_and_nan[1, 2] = np.nan
    found = amalthea.predictor(model)(numbers_and_nan)
    np.testing.assert_allclose(found, amalthea.predictor(model)(np.nan_to_num(numbers_and_nan)), rtol=0, atol=1e-6)


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
        (np.array(["a"]), "small: the input must be real numbers; given was an array of type <U1"),
        (numbers(2, 6, 5, 2) + 1j, "must be real numbers; given was an array of type complex"),
        ("cat.jpg", "must be real numbers; given was an array of type <U7"),
        (None, "must be real numbers; given was an array of type object"),
        ({"image": numbers(2, 6, 5, 2)}, "small: input 'picture' is missing; given were 'image'"),
        (iter([]), "small: the list_iterator held no batch. An iterator works only once"),
        (iter([numbers(2, 6, 5, 3)]), r"given was \(2, 6, 5, 3\)"),
        (keras.KerasTensor((None, 6, 5, 2)), "small: the input is no array of numbers: "),
    ],
    ids=range(14),
)
def test_what_it_cannot_take(x, message):
    with pytest.raises(ArgumentError, match=message):
        amalthea.predictor(picture_model())(x)


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
