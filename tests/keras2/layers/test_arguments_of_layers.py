"""Initializers, regularizers, constraints and activations by the names of then."""

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.keras2 import activations, constraints, initializations, initializers, layers, regularizers

pytestmark = pytest.mark.single_backend


@pytest.mark.parametrize(
    "name",
    [
        "glorot_normal",
        "glorot_uniform",
        "he_normal",
        "he_uniform",
        "lecun_uniform",
        "lecun_normal",
        "normal",
        "orthogonal",
        "random_normal",
        "random_uniform",
        "truncated_normal",
        "uniform",
    ],
)
def test_initializers_draw_what_those_of_keras_draw(name):
    ours, plain = getattr(initializers, name)(seed=3), keras.initializers.get(name)
    drawn = ours((4, 3))
    np.testing.assert_array_equal(drawn, type(plain)(seed=3)((4, 3)))
    np.testing.assert_array_equal(drawn, ours((4, 3)))
    assert (initializers.get(name)((4, 3)) != initializers.get(name)((4, 3))).numpy().any()
    assert keras.saving.serialize_keras_object(ours)["class_name"] == type(plain).__name__


def test_the_seed_of_numpy_decides_what_is_drawn():
    def draw(seed):
        np.random.seed(seed)
        return np.asarray(initializers.he_uniform()((4, 3)))

    _, first, other, again = draw(3), draw(1), draw(2), draw(1)
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()


def test_old_variance_scaling():
    made = initializers.VarianceScaling(scale=2.0, mode="fan_in", distribution="normal", seed=3)
    np.testing.assert_array_equal(made((4, 3)), keras.initializers.HeNormal(seed=3)((4, 3)))


def test_initializations_return_weights():
    weight = initializations.get("he_normal")((4, 3), name="W")
    assert isinstance(weight, keras.Variable)
    assert (weight.shape, weight.name) == ((4, 3), "W")
    assert np.abs(np.asarray(initializations.uniform((50, 50), scale=0.01))).max() == pytest.approx(0.01, rel=0.02)
    np.testing.assert_array_equal(np.asarray(initializations.identity([2, 2], scale=3)), [[3, 0], [0, 3]])
    assert np.asarray(initializations.one((2,))).tolist() == [1, 1]
    own = lambda shape, name=None: None  # noqa: E731
    assert initializations.get(own) is own


def test_regularizers():
    weights = np.array([1.0, -2.0], "float32")
    assert float(regularizers.l2(0.1)(weights)) == pytest.approx(0.5)
    assert float(regularizers.l2(l=0.1)(weights)) == pytest.approx(0.5)
    assert float(regularizers.l1(l=0.1)(weights)) == pytest.approx(0.3)
    assert float(regularizers.l1_l2()(weights)) == pytest.approx(0.03 + 0.05)
    assert float(regularizers.WeightRegularizer(l1=0.1, l2=0.1)(weights)) == pytest.approx(0.8)
    layer = layers.Dense(2, W_regularizer=regularizers.l2(0.1), activity_regularizer=regularizers.activity_l1(0.1))
    assert keras.regularizers.serialize(layer.kernel_regularizer)["class_name"] == "L2"
    with pytest.raises(ArgumentError, match=r"EigenvalueRegularizer is gone.*regularizers\.l2"):
        regularizers.EigenvalueRegularizer(0.1)


def test_constraints():
    weights = np.array([[3.0], [4.0]], "float32")
    np.testing.assert_allclose(constraints.maxnorm(m=1)(weights), [[0.6], [0.8]], rtol=1e-5)
    np.testing.assert_allclose(constraints.max_norm(max_value=1, axis=0)(weights), [[0.6], [0.8]], rtol=1e-5)
    np.testing.assert_array_equal(constraints.nonneg()(-weights), [[0], [0]])
    layer = layers.Dense(2, W_constraint=constraints.maxnorm(2), b_constraint=constraints.nonneg())
    assert layer.kernel_constraint.max_value == 2
    assert keras.constraints.serialize(layer.kernel_constraint)["class_name"] == "MaxNorm"


def test_activations():
    x = np.array([-2.0, 0.5, 9.0], "float32")
    np.testing.assert_allclose(activations.relu(x, alpha=0.1, max_value=6), [-0.2, 0.5, 6])
    assert activations.get(None) is keras.activations.linear
    assert activations.get("relu") is keras.activations.relu
    layer = layers.Activation(activations.relu)
    assert layer.activation is keras.activations.relu
    assert layer.get_config()["activation"] == "relu"
    assert layers.Dense(2, activation=activations.softmax).get_config()["activation"] == "softmax"


def test_sizes_of_numpy_and_of_divisions():
    """As ``Dense(np.prod(shape))`` in the generators of GANs; Keras 3 refuses it."""
    with pytest.raises(ValueError, match="units=6"):
        keras.layers.Dense(np.prod((2, 3)))
    assert layers.Dense(np.prod((2, 3))).units == layers.Dense(12 / 2).units == 6
    assert layers.RepeatVector(np.int64(3)).n == 3
    assert layers.Conv2D(np.int64(4), (3, 3)).filters == layers.Convolution2D(8 / 2, 3, 3).filters == 4
    assert type(layers.Conv2D(np.int64(4), (3, 3)).filters) is int
    with pytest.raises(ValueError, match=r"units=2\.5"):
        layers.Dense(2.5)
