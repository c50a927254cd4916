"""Layers that mix the pictures of a batch: their answers would depend on the batches that a runner makes."""

from functools import partial

import keras
import pytest
from keras import activations, layers

from amalthea.errors import UnsupportedLayerError
from amalthea.runtime import to_onnx
from tests.runtime.agreement import assert_agreement, numbers
from tests.runtime.graph.layer_models import model_of_each

pytestmark = pytest.mark.single_backend

MIXING = {
    "softmax": lambda axis: layers.Softmax(axis=axis),
    "softmax of several": lambda axis: layers.Softmax(axis=(1, axis)),
    "lengths": lambda axis: layers.UnitNormalization(axis=axis),
    "activation": lambda axis: layers.Activation(partial(activations.softmax, axis=axis)),
    "logarithm": lambda axis: layers.Activation(partial(activations.log_softmax, axis=axis)),
    "activation of a layer": lambda axis: layers.Dense(4, activation=partial(activations.softmax, axis=axis)),
    "layer in a layer": lambda axis: layers.Dense(4, activation=layers.Softmax(axis=axis)),
    "pipeline": lambda axis: layers.Pipeline([layers.Softmax(axis=axis)]),
    "normalised": lambda axis: layers.SpectralNormalization(layers.Dense(4, activation=layers.Softmax(axis=axis))),
}


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session(free_memory=False)


def assert_mixes(model, reason):
    with pytest.raises(UnsupportedLayerError, match=rf"cannot become part of a graph: {reason} mixes the pictures"):
        to_onnx(model)


@pytest.mark.parametrize("shape", [(10,), (3, 4, 5)], ids=["vectors", "pictures"])
@pytest.mark.parametrize("name", MIXING)
def test_axes(name, shape):
    """From both ends."""
    for axis in (0, -1 - len(shape)):
        assert_mixes(keras.Sequential([keras.Input(shape), MIXING[name](axis)]), f"its axis {axis}")


def test_the_other_axes():
    inner = [make(axis) for make in MIXING.values() for axis in (-1, -2)]
    wrapped = [layers.TimeDistributed(layers.UnitNormalization(axis=axis)) for axis in (-1, -2)]
    assert_agreement(model_of_each([*inner, *wrapped], (3, 4, 5)), numbers(2, 3, 4, 5))


@pytest.mark.parametrize("axis", [0, -2])
def test_in_every_step(axis):
    """The axes of a step are one less than those of the sequence."""
    for inner in (layers.Softmax(axis=axis), layers.UnitNormalization(axis=axis)):
        assert_mixes(keras.Sequential([keras.Input((3, 5)), layers.TimeDistributed(inner)]), f"its axis {axis}")


def test_of_single_numbers():
    """The last axis is the first, too."""
    assert_mixes(keras.Sequential([keras.Input(()), layers.Activation("softmax")]), "its axis -1")


def test_of_two_tensors():
    pair = keras.Input((5,)), keras.Input((5,))
    assert_mixes(keras.Model(pair, layers.Concatenate(axis=-2)(pair)), "its axis -2")
    assert_mixes(keras.Model(pair, layers.Dot(axes=-2)(pair)), "its axis -2")


def test_an_equation():
    layer = layers.EinsumDense("abc,cd->bad", output_shape=(None, 4))
    assert_mixes(keras.Sequential([keras.Input((3, 5)), layer]), "its equation abc,cd->bad")


@pytest.mark.parametrize("axes", [(0,), (2,)])
def test_attention(axes):
    sequence = keras.Input((3, 8))
    attention = layers.MultiHeadAttention(2, 4, attention_axes=axes)
    with pytest.raises(UnsupportedLayerError, match=rf"it was built with attention_axes=\({axes[0]},\)"):
        to_onnx(keras.Model(sequence, attention(sequence, sequence)))
