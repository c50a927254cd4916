"""Every operation that has a converter; many in one graph, since a graph costs more than a node."""

import keras
import numpy as np
import pytest
from keras import ops

from amalthea.runtime import to_onnx
from amalthea.runtime.graph.operations.table import COMPUTING, OTHERS
from tests.runtime.agreement import answers_of_graph, numbers
from tests.runtime.graph.operations.cases import (
    ARITHMETIC,
    GROUPS,
    LOGIC,
    MATRIX,
    NETWORKS,
    PER_CHANNEL,
    PER_PIXEL,
    PRODUCTS,
    SHAPE,
)
from tests.runtime.graph.operations.checks import assert_same

# On torch and JAX, where each operation compiles by itself, the zoo of models stands for them: test_zoo.py.
pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(
        keras.config.backend() == "openvino",
        reason="Keras' OpenVINO backend lacks some operations, and rounds the quotient of a remainder towards zero",
    ),
    # Keras 3.15.1 in tensordot, about shapes of which the batch is open
    pytest.mark.filterwarnings("ignore:NotImplemented should not be used:DeprecationWarning"),
]


@pytest.mark.parametrize("permuted", [False, True])
@pytest.mark.parametrize("group", GROUPS)
def test_of_one_tensor(group, permuted):
    assert_same(GROUPS[group], numbers(*SHAPE), permuted=permuted)


@pytest.mark.parametrize("permuted", [False, True])
@pytest.mark.parametrize("group", [ARITHMETIC, LOGIC], ids=["arithmetic", "logic"])
def test_of_two_tensors(group, permuted):
    assert_same(group, numbers(*SHAPE), numbers(*SHAPE, seed=1), permuted=permuted)


def test_of_vectors():
    functions = {
        "add": lambda x: x + PER_CHANNEL,
        "number": lambda x: 3 - x,
        "norm": lambda x: ops.normalize(x),
        "softmax": ops.softmax,
        "expand": lambda x: ops.expand_dims(ops.expand_dims(x, 1), 1),
        "reshape": lambda x: ops.reshape(x, (-1, 1, 5)),
        "item": lambda x: x[:, 1:3],
        "column": lambda x: x[:, 2],
        "columns": lambda x: x[:, 2:3] * x,
        "sum": lambda x: ops.sum(x, axis=1),
    }
    assert_same(functions, numbers(3, 5))


def test_of_whole_numbers():
    functions = {
        "add": lambda x: x + 3,
        "multiply": lambda x: x * x,
        "subtract": lambda x: 7 - x,
        "divide": lambda x: x / 4,
        "floor divide": lambda x: x // 4,
        "floor divide negative": lambda x: x // -4,
        "modulo": lambda x: x % 4,
        "modulo negative": lambda x: x % -4,
        "power": lambda x: x**2,
        "times fraction": lambda x: ops.multiply(x, 0.5),
        "negative": lambda x: -x,
        "absolute": abs,
        "sign": ops.sign,
        "clip": lambda x: ops.clip(x, -3, 5),
        "maximum": lambda x: ops.maximum(x, 2),
        "exp": lambda x: ops.exp(x / 10),
        "mean": lambda x: ops.mean(x, axis=1),
        "sum": lambda x: ops.sum(x, axis=1),
        "max": lambda x: ops.max(x, axis=-1),
        "argmax": lambda x: ops.argmax(x, axis=-1),
        "var": lambda x: ops.var(x, axis=-1),
        "round": ops.round,
        "compare": lambda x: x > 2,
        "compare with fraction": lambda x: ops.greater(x, 2.5),
        "equal": lambda x: ops.equal(x, 3),
        "where": lambda x: ops.where(x > 2, x, -1),
        "cast": lambda x: ops.cast(x, "float32") / 3,
        "rows of a table": lambda x: ops.take(PER_PIXEL[:, 0], ops.abs(x) % 3, axis=0),
        "rows of a double table": lambda x: ops.take(PER_CHANNEL.astype("float64"), ops.abs(x) % 5, axis=0) * 2,
        "table of integers": lambda x: ops.take(np.arange(5), ops.abs(x) % 5, axis=None) * 2,
        "relu": ops.relu,
        "pad": lambda x: ops.pad(x, ((0, 0), (1, 1), (0, 0)), constant_values=9),
        "concatenate": lambda x: ops.concatenate([x, x + 1], axis=1),
        "take": lambda x: x[:, ::2],
    }
    values = np.random.default_rng(0).integers(-20, 20, (3, 4, 5)).astype("int32")
    graph = assert_same(functions, values)
    assert {port.type.tensor_type.elem_type for port in graph.graph.input} == {6}  # int32


def test_next_to_zero():
    """The difference from the exact value is counted in shares of this."""
    values = np.array([1e-20, 1e-7, -1e-7, 1e-5, -1e-5, 3e-3, -0.3, 0.4999, 0.5, -0.5, -0.9, 1, 20], np.float32)
    given = keras.Input(values.shape)
    graph = to_onnx(keras.Model(given, [ops.expm1(given), ops.log1p(given)]))
    exact = [function(values.astype(np.float64)) for function in (np.expm1, np.log1p)]
    for runtime, answers in answers_of_graph(graph, [values[None]]).items():
        for found, wanted in zip(answers, exact, strict=True):
            np.testing.assert_allclose(found[0], wanted, rtol=1e-6, err_msg=runtime)
    ends = np.float32([-np.inf, np.inf, 0, -1])
    given = keras.Input(ends.shape)
    graph = to_onnx(keras.Model(given, [ops.expm1(given), ops.log1p(ops.maximum(given, -1))]))
    for answers in answers_of_graph(graph, [ends[None]]).values():
        np.testing.assert_allclose(answers[0][0], np.expm1(ends), rtol=1e-6)
        np.testing.assert_array_equal(answers[1][0], [-np.inf, np.inf, 0, -np.inf])


def test_of_bytes():
    functions = {
        "scale": lambda x: x / 255,
        "scale and shift": lambda x: ops.cast(x, "float32") / 127.5 - 1,
        "beyond the end": lambda x: x + 200,
        "below zero": lambda x: x - 128,
        "maximum": lambda x: ops.maximum(x, 100),
        "max": lambda x: ops.max(x, axis=(1, 2)),
        "sum": lambda x: ops.cast(ops.sum(x, axis=(1, 2)), "int32"),
        "mean": lambda x: ops.mean(x, axis=(1, 2)),
        "flip": lambda x: ops.flip(x, axis=-1),
        "crop": lambda x: x[:, 1:, :-1],
        "compare": lambda x: x > 100,
        "where": lambda x: ops.where(x > 100, x, x // 2),
        "pad": lambda x: ops.pad(x, ((0, 0), (1, 1), (0, 0), (0, 0))),
        "stack": lambda x: ops.stack([x[..., 2], x[..., 1]], axis=-1),
        "transpose": lambda x: ops.transpose(x, (0, 3, 1, 2)),
        "saturate": lambda x: ops.saturate_cast(ops.cast(x, "float32") * 3 - 100, "uint8"),
        "argmax": lambda x: ops.argmax(x, axis=-1),
    }
    values = np.random.default_rng(0).integers(0, 256, (2, 5, 4, 3)).astype("uint8")
    for permuted in (False, True):
        graph = assert_same(functions, values, permuted=permuted)
    assert {port.type.tensor_type.elem_type for port in graph.graph.input} == {2}  # uint8


def test_of_truth_values():
    functions = {
        "not": ops.logical_not,
        "cast": lambda x: ops.cast(x, "float32"),
        "any": lambda x: ops.any(x, axis=1),
        "where": lambda x: ops.where(x, 1.0, -1.0),
        "count": lambda x: ops.count_nonzero(x, axis=1),
    }
    assert_same(functions, np.random.default_rng(0).random((3, 6)) > 0.5)


def test_to_a_shape_that_tells_the_number_of_pictures():
    values = numbers(2, 1, 4)
    column = keras.Input(batch_shape=values.shape)
    outputs = [ops.broadcast_to(column, (2, 3, 4)), ops.reshape(column, (2, 2, -1))]
    expected = [np.broadcast_to(values, (2, 3, 4)), values.reshape(2, 2, 2)]
    for runtime, answers in answers_of_graph(to_onnx(keras.Model(column, outputs)), [values]).items():
        for found, wanted in zip(answers, expected, strict=True):
            np.testing.assert_array_equal(found, wanted, err_msg=runtime)


@pytest.mark.parametrize("permuted", [False, True])
def test_products(permuted):
    assert_same(PRODUCTS, numbers(*SHAPE), permuted=permuted)


def test_products_of_vectors():
    functions = {
        "matmul": lambda x: x @ MATRIX,
        "dot": lambda x: ops.dot(x, MATRIX),
        "einsum": lambda x: ops.einsum("bi,bi->b", x, x),
        "tensordot": lambda x: ops.tensordot(x, MATRIX, axes=[[1], [0]]),
    }
    assert_same(functions, numbers(3, 5))


@pytest.mark.parametrize("permuted", [False, True])
def test_parts_of_networks(permuted):
    assert_same(NETWORKS, numbers(2, 7, 6, 6), permuted=permuted)


def test_every_converter_is_tried():
    """By the classes of the operations that the functions above make; Keras has two names for some of them."""
    tried = set()
    for functions in (*GROUPS.values(), ARITHMETIC, LOGIC, PRODUCTS, NETWORKS):
        shape = (7, 6, 6) if functions is NETWORKS else SHAPE[1:]
        pair = keras.Input(shape), keras.Input(shape)
        tensors = pair if functions in (ARITHMETIC, LOGIC) else pair[:1]
        outputs = keras.tree.flatten([function(*tensors) for function in functions.values()])
        model = keras.Model(pair, [*outputs, pair[1] + 0])
        tried |= {type(operation).__name__ for operation in model.operations}
    elsewhere = {"Abs", "BroadcastTo", "SaturateCast"}
    assert (COMPUTING.keys() | OTHERS.keys()) - tried == elsewhere
