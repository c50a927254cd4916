"""Activations: as a word, as a function, as the last step of a layer, as layers of their own."""

from functools import partial

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import UnsupportedLayerError
from amalthea.runtime import to_onnx
from amalthea.runtime.graph.activation_layers import _FUNCTIONS, _IN_TENSORFLOW
from tests.live_weights import clearly_different
from tests.runtime.agreement import assert_agreement, numbers
from tests.runtime.graph.layer_models import convolved, model_of_each

pytestmark = pytest.mark.single_backend

WIDE = np.linspace(-30, 30, 120, dtype=np.float32).reshape(2, 4, 3, 5)


def assert_activations(candidates, given=WIDE):
    """Behind a convolution that leaves numbers as they are, but stored in ONNX's order; returns Keras' answers."""
    model = model_of_each(candidates, (4, 3, 5), before=[convolved(5)])
    model.get_layer("convolved").set_weights([np.eye(5, dtype=np.float32).reshape(1, 1, 5, 5), np.zeros(5, np.float32)])
    return assert_agreement(model, given)[0]


def test_all_of_keras_are_known():
    helpers = {"deserialize", "get", "serialize"}
    names = {name for name in dir(keras.activations) if not name.startswith("_")} - helpers
    known = {name for name in names if getattr(keras.activations, name) in _FUNCTIONS}
    assert names - known == {"glu", "sparsemax"}


def test_as_a_word():
    names = [function.__name__ for function in _FUNCTIONS if function is not keras.activations.threshold]
    assert_activations([layers.Activation(name) for name in names])


def test_with_other_settings():
    functions = [
        partial(keras.activations.elu, alpha=0.3),
        partial(keras.activations.gelu, approximate=True),
        partial(keras.activations.hard_shrink, threshold=3.0),
        partial(keras.activations.leaky_relu, negative_slope=0.05),
        partial(keras.activations.log_softmax, axis=1),
        partial(keras.activations.relu, max_value=2, threshold=0.5, negative_slope=0.1),
        partial(keras.activations.softmax, axis=2),
        partial(keras.activations.squareplus, b=9),
        partial(keras.activations.threshold, threshold=0.5, default_value=-1.0),
    ]
    assert_activations([layers.Activation(function) for function in functions], WIDE / 5)


def test_functions_of_operations():
    """Under the names of the activations."""
    names = {name for name in dir(keras.ops) if not name.startswith("_")} & set(dir(keras.activations))
    functions = [getattr(keras.ops, name) for name in sorted(names - {"glu", "sparsemax", "threshold"})]
    assert {keras.ops.relu, keras.ops.tanh, keras.ops.gelu} < set(functions)
    settings = [
        partial(keras.ops.gelu, approximate=False),
        partial(keras.ops.leaky_relu, negative_slope=0.05),
        partial(keras.ops.softmax, axis=2),
        partial(keras.ops.threshold, threshold=0.5, default_value=-1.0),
    ]
    assert_activations([layers.Activation(function) for function in [*functions, *settings]], WIDE / 5)


def test_functions_of_tensorflow():
    if keras.config.backend() != "tensorflow":
        pytest.skip("no other backend computes with them")
    import tensorflow

    functions = [getattr(tensorflow.nn, name) for name in _IN_TENSORFLOW]
    assert tensorflow.nn.relu in functions
    given = keras.Input((4, 3, 5))
    model = keras.Model(given, [layers.Activation(function)(given) for function in functions])
    _, graph = assert_agreement(model, WIDE / 5)
    assert [node.op_type for node in graph.graph.node].count("Erf") == 1  # of its gelu, which does not approximate
    slope = layers.Activation(partial(tensorflow.nn.leaky_relu, alpha=0.1), name="slope")
    with pytest.raises(
        UnsupportedLayerError, match=r"activation leaky_relu is a function of tensorflow\.python\..*Keras"
    ):
        to_onnx(keras.Model(given, slope(given)))


def test_gelu_differs_from_its_approximation():
    """By less than the tolerance of the other tests; that of ``keras.ops`` approximates unless told otherwise."""
    functions = keras.activations.gelu, keras.ops.gelu
    settings = [partial(function, approximate=approximate) for function in functions for approximate in (False, True)]
    near = np.linspace(-4, 4, 120, dtype=np.float32).reshape(2, 4, 3, 5)
    model = model_of_each([layers.Activation(function) for function in (*functions, *settings)], (4, 3, 5))
    (exact, approximate, *others), graph = assert_agreement(model, near)
    np.testing.assert_array_equal(others, [exact, approximate] * 2)
    assert 1e-4 < np.abs(exact - approximate).max() < 1e-3
    operators = [node.op_type for node in graph.graph.node]
    assert operators.count("Erf") == operators.count("Tanh") == 3


def test_as_a_layer():
    assert_activations(
        [
            layers.ELU(),
            layers.ELU(alpha=0.3),
            layers.LeakyReLU(),
            layers.LeakyReLU(negative_slope=0.05),
            layers.ReLU(),
            layers.ReLU(max_value=6),
            layers.ReLU(max_value=0.5),
            layers.ReLU(negative_slope=0.3),
            layers.ReLU(max_value=1, negative_slope=0.3),
            layers.ReLU(threshold=1.5),
            layers.ReLU(threshold=1.5, max_value=4),
            layers.ReLU(threshold=1.5, negative_slope=0.2),
            layers.ReLU(threshold=1.5, negative_slope=0.2, max_value=4),
            layers.Softmax(axis=1),
            layers.Softmax(axis=-2),
            layers.Softmax(axis=(1, 2)),
            layers.Softmax(axis=[-1]),
            layers.Softmax(axis=(1, 2, 3)),
        ]
    )


def test_softmax_sums_to_one_over_all_its_axes():
    (expected,) = assert_activations([layers.Softmax(axis=(1, 3))])
    np.testing.assert_allclose(expected.sum(axis=(1, 3)), 1, rtol=1e-5)


@pytest.mark.parametrize("before", [False, True])
def test_parametric_relu(before):
    shares = [None, (1, 2), (1,), (3,), (1, 2, 3)]
    candidates = [layers.PReLU(shared_axes=axes) for axes in shares]
    model = model_of_each(candidates, (4, 3, 5), before=[convolved(5)] if before else [])
    answers, _ = assert_agreement(model, numbers(2, 4, 3, 5))
    assert clearly_different(answers[0], answers[1])


def test_parametric_relu_of_features():
    assert_agreement(model_of_each([layers.PReLU()], (7,)), numbers(3, 7))


def test_a_layer_as_the_activation_of_another():
    slopes = layers.PReLU(shared_axes=(1, 2), name="slopes")
    activations = [layers.LeakyReLU(0.4, name="leaky"), layers.ReLU(6.0, name="six"), slopes]
    settings = {"data_format": "channels_last"}
    candidates = [layers.Conv2D(5, 2, activation=activation, **settings) for activation in activations]
    model = model_of_each(candidates, (4, 3, 2))
    with pytest.raises(UnsupportedLayerError, match="its activation <PReLU name=slopes, built=False> is none of celu"):
        to_onnx(model)  # its slopes come with the first call
    model(numbers(2, 4, 3, 2))
    slopes.set_weights([numbers(1, 1, 5)])
    assert_agreement(model, 4 * numbers(2, 4, 3, 2))
