"""NaN and infinities in pictures: no answer rather than one that looks real, from a model and from a file."""

from collections import namedtuple
from importlib.util import find_spec

import keras
import numpy as np
import pytest
from keras import layers

import amalthea
from amalthea import _keras
from amalthea.runtime import to_onnx
from amalthea.runtime.runners.unknown import unknown_from
from tests.live_weights import set_live_weights
from tests.runtime.agreement import numbers

RUNTIMES = ["openvino", *(["onnxruntime"] if find_spec("onnxruntime") else [])]


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    _keras.pin_openvino_precision()


def classifier():
    chain = [
        layers.Conv2D(4, 3, data_format="channels_last", activation="relu"),
        layers.MaxPooling2D(2, data_format="channels_last"),
        layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ]
    model = keras.Sequential([keras.Input((8, 8, 2)), *chain], name="small")
    set_live_weights(model)
    return model


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300], ids=str)
def test_what_is_no_number_has_no_answer(value):
    """OpenVINO would take NaN for zero, and be sure of a class."""
    model = classifier()
    pictures = numbers(6, 8, 8, 2).astype(np.float64)
    expected = amalthea.predictor(model)(pictures)
    pictures[1] = value
    pictures[4, 3, 3, 1] = value
    with np.errstate(over="ignore"):
        for found in (amalthea.predictor(model)(pictures), amalthea.predictor(model).predict(pictures, batch_size=2)):
            assert np.isnan(found).all(axis=1).tolist() == [False, True, False, False, True, False]
            np.testing.assert_allclose(found[[0, 2, 3, 5]], expected[[0, 2, 3, 5]], rtol=0, atol=1e-6)
    if np.isnan(value) and keras.config.backend() in ("torch", "jax"):  # TensorFlow's pooling takes NaN for the least
        np.testing.assert_array_equal(np.isnan(model.predict(pictures, verbose=0)), np.isnan(found))


@pytest.mark.single_backend
def test_the_largest_number_is_one():
    x = keras.Input((2,), name="x")
    model = keras.Model(x, layers.Rescaling(1e-30, name="less")(x), name="small")
    largest = np.finfo(np.float32).max
    assert np.isfinite(amalthea.predictor(model)(np.array([[largest, -largest]], np.float64))).all()
    assert np.isfinite(amalthea.predictor(model)(np.array([[65504, -65504]], np.float16))).all()


def pair():
    """Each output depends on one input, the last on both."""
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    first, second = layers.ReLU(name="first")(left), layers.ReLU(name="second")(right)
    return keras.Model([left, right], [first, second, layers.Add(name="sum")([first, second])], name="pair")


@pytest.mark.single_backend
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_only_what_depends_on_it_is_unknown(runtime, tmp_path):
    model = pair()
    amalthea.save(model, tmp_path / "pair.onnx")
    left, right = numbers(3, 4), numbers(3, 4, seed=1)
    left[0, 2], right[1, 3] = np.nan, np.inf
    for predictor in (
        amalthea.predictor(model, runtime=runtime),
        amalthea.load(tmp_path / "pair.onnx", runtime=runtime),
    ):
        first, second, both = predictor([left, right])
        np.testing.assert_array_equal(first[1:], np.maximum(left[1:], 0))
        np.testing.assert_array_equal(second[[0, 2]], np.maximum(right[[0, 2]], 0))
        unknown = [np.isnan(answer).all(axis=1).tolist() for answer in (first, second, both)]
        assert unknown == [[True, False, False], [False, True, False], [True, True, False]]
    found = amalthea.predictor(model, runtime=runtime).features([left, right], "second")["second"]
    assert np.isnan(found).any(axis=1).tolist() == [False, True, False]


ASKING = {
    "isnan": lambda x: keras.ops.where(keras.ops.isnan(x), 0.0, x),
    "isfinite": lambda x: keras.ops.where(keras.ops.isfinite(x), x, 0.0),
    "itself": lambda x: keras.ops.where(keras.ops.equal(x, x), x, 0.0),
}


@pytest.mark.single_backend
@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("asking", ASKING)
def test_a_model_that_asks_for_nan_gets_it(asking, runtime, tmp_path):
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    known = layers.Dense(2, name="two")(ASKING[asking](x))
    model = keras.Model([x, y], [known, layers.ReLU(name="other")(y)], name="robust")
    set_live_weights(model)
    amalthea.save(model, tmp_path / "robust.onnx")
    with_nan = numbers(3, 4)
    with_nan[1, 2] = np.nan
    expected = amalthea.predictor(model)([np.nan_to_num(with_nan)] * 2)[0]
    for predictor in (
        amalthea.predictor(model, runtime=runtime),
        amalthea.load(tmp_path / "robust.onnx", runtime=runtime),
    ):
        found, other = predictor([with_nan, with_nan])
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
        assert np.isnan(other).all(axis=1).tolist() == [False, True, False]


@pytest.mark.single_backend
def test_it_is_read_from_the_graph(tmp_path):
    content = to_onnx(pair()).SerializeToString()
    (tmp_path / "graph.onnx").write_bytes(content)
    for graph in (content, tmp_path / "graph.onnx"):
        assert unknown_from(graph) == ({0}, {1}, {0, 1})


Both = namedtuple("Both", ["left", "right"])


@pytest.mark.single_backend
def test_a_namedtuple_of_outputs():
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    model = keras.Model([left, right], Both(layers.ReLU(name="one")(left), layers.ReLU(name="two")(right)), name="pair")
    found = amalthea.predictor(model)([numbers(2, 4), -numbers(2, 4)])
    assert type(found) is type(model.predict([numbers(2, 4), -numbers(2, 4)], verbose=0)) is Both
    np.testing.assert_array_equal(found.right, np.maximum(-numbers(2, 4), 0))
