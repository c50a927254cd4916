"""Each converter on small layers of its own, over the settings that change what it must write.

Those that slide a window over a picture are in test_windows.py.
"""

import keras
import numpy as np
import pytest
from keras import layers

from amalthea import _keras
from amalthea.runtime import to_onnx
from tests.live_weights import clearly_different, set_live_weights
from tests.runtime.agreement import answers_of_graph, assert_agreement, numbers
from tests.runtime.graph.layer_models import FORMATS, PADDINGS, model_of, picture_shape

ACTIVATIONS = [
    *("elu", "exponential", "hard_sigmoid", "linear", "relu", "relu6", "selu"),
    *("sigmoid", "silu", "softmax", "softplus", "softsign", "tanh"),
]

# On torch and JAX, where each example compiles for seconds, whole networks stand for their layers: test_networks.py.
pytestmark = pytest.mark.single_backend


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("kind", [layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D])
@pytest.mark.parametrize("after_convolution", [False, True])
def test_global_pooling(kind, keepdims, data_format, after_convolution):
    chain = [layers.Conv2D(4, 2, data_format=data_format)] if after_convolution else []
    shape = picture_shape(data_format, (5, 7), 3)
    assert_agreement(
        model_of(*chain, kind(keepdims=keepdims, data_format=data_format), shape=shape), numbers(2, *shape)
    )


@pytest.mark.parametrize("axis", [1, 2, 3, -1])
@pytest.mark.parametrize(("center", "scale"), [(True, True), (False, True), (True, False), (False, False)])
def test_batch_normalization(axis, center, scale):
    normalization = layers.BatchNormalization(axis=axis, center=center, scale=scale, epsilon=0.1)
    (expected,), _ = assert_agreement(model_of(normalization, shape=(4, 5, 6)), numbers(2, 4, 5, 6))
    assert clearly_different(expected, numbers(2, 4, 5, 6))


def test_batch_normalization_of_features():
    assert_agreement(model_of(layers.BatchNormalization(), shape=(7,)), numbers(3, 7))


def test_moving_statistics_that_changed_after_building_count():
    model = model_of(layers.BatchNormalization(), shape=(7,))
    _, before = assert_agreement(model, numbers(3, 7))
    set_live_weights(model, seed=5)
    (expected,), _ = assert_agreement(model, numbers(3, 7))
    assert clearly_different(answers_of_graph(before, [numbers(3, 7)])["OpenVINO"][0], expected)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(6,), (5, 6), (3, 4, 6)])
def test_dense(shape, bias):
    assert_agreement(model_of(layers.Dense(4, use_bias=bias, activation="tanh"), shape=shape), numbers(2, *shape))


def test_dense_on_a_feature_map():
    chain = layers.Conv2D(6, 2, data_format="channels_last"), layers.Dense(4)
    assert_agreement(model_of(*chain, shape=(5, 6, 3)), numbers(2, 5, 6, 3))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name):
    wide = np.linspace(-9, 9, 60, dtype=np.float32).reshape(2, 2, 3, 5)
    chain = layers.Conv2D(5, 1, data_format="channels_last"), layers.Activation(name)
    model = model_of(*chain, shape=(2, 3, 5))
    model.layers[0].set_weights([np.eye(5, dtype=np.float32).reshape(1, 1, 5, 5), np.zeros(5, np.float32)])
    assert_agreement(model, wide)


@pytest.mark.parametrize(
    "settings",
    [{}, {"max_value": 6}, {"max_value": 0.5}, {"negative_slope": 0.3}, {"max_value": 1, "negative_slope": 0.3}],
    ids=str,
)
def test_relu(settings):
    (expected,), _ = assert_agreement(model_of(layers.ReLU(**settings), shape=(40,)), 5 * numbers(2, 40))
    assert expected.min() == pytest.approx(0) or settings.get("negative_slope")


@pytest.mark.parametrize("axis", [1, 2, 3, -1, -2])
def test_softmax(axis):
    chain = layers.Conv2D(4, 1, data_format="channels_last"), layers.Softmax(axis=axis)
    (expected,), _ = assert_agreement(model_of(*chain, shape=(2, 3, 4)), 3 * numbers(2, 2, 3, 4))
    np.testing.assert_allclose(expected.sum(axis=axis), 1, rtol=1e-5)


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("after_convolution", [False, True])
@pytest.mark.parametrize("padding", [1, (2, 0), ((1, 2), (0, 3))], ids=str)
def test_zero_padding(padding, data_format, after_convolution):
    chain = [layers.Conv2D(4, 2, data_format=data_format)] if after_convolution else []
    shape = picture_shape(data_format, (5, 4), 3)
    model = model_of(*chain, layers.ZeroPadding2D(padding, data_format=data_format), shape=shape)
    (expected,), _ = assert_agreement(model, numbers(2, *shape))
    assert (expected == 0).any()


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("after_convolution", [False, True])
@pytest.mark.parametrize("cropping", [1, (2, 0), ((1, 0), (1, 0)), ((0, 1), (2, 3))], ids=str)
@pytest.mark.parametrize("open_sizes", [False, True])
def test_cropping(cropping, data_format, after_convolution, open_sizes):
    chain = [layers.Conv2D(4, 2, data_format=data_format)] if after_convolution else []
    shape = picture_shape(data_format, (7, 8), 3)
    sides = (None, None) if open_sizes else (7, 8)
    cropped = layers.Cropping2D(cropping, data_format=data_format)
    assert_agreement(model_of(*chain, cropped, shape=picture_shape(data_format, sides, 3)), numbers(2, *shape))


@pytest.mark.parametrize("pooling_padding", PADDINGS)
@pytest.mark.parametrize("kind", [layers.MaxPooling2D, layers.AveragePooling2D])
def test_zeros_count_in_pooling(kind, pooling_padding):
    """Other than the pixels that pooling itself adds, and a runtime that merges the two must not forget it."""
    pooling = kind(3, strides=2, padding=pooling_padding, data_format="channels_last")
    model = model_of(layers.ZeroPadding2D(1, data_format="channels_last"), pooling, shape=(9, 9, 2))
    assert_agreement(model, -np.abs(numbers(2, 9, 9, 2)))


@pytest.mark.parametrize("made_by", FORMATS)
@pytest.mark.parametrize("flattened_as", ["channels_last", "channels_first"])
def test_flatten(made_by, flattened_as):
    """Each layer has its own data format, and they need not agree."""
    chain = layers.Conv2D(4, 2, data_format=made_by), layers.Flatten(data_format=flattened_as)
    assert_agreement(model_of(*chain, shape=(5, 6, 7)), numbers(2, 5, 6, 7))


@pytest.mark.parametrize("shape", [(7,), (3, 4)])
def test_flatten_of_other_ranks(shape):
    assert_agreement(model_of(layers.Flatten(), shape=shape), numbers(2, *shape))


def test_flatten_of_open_sizes():
    assert_agreement(model_of(layers.Flatten(), shape=(None, None, 3)), numbers(2, 4, 5, 3))


@pytest.mark.parametrize("target", [(60,), (4, 15), (-1,), (5, -1, 2), (3, 2, 5, 2)], ids=str)
def test_reshape(target):
    chain = layers.Conv2D(5, 1, data_format="channels_last"), layers.Reshape(target)
    assert_agreement(model_of(*chain, shape=(3, 4, 2)), numbers(2, 3, 4, 2))


def test_layers_after_a_reshape():
    chain = layers.Reshape((2, 3, 10)), layers.Conv2D(3, 2, data_format="channels_last"), layers.Flatten()
    assert_agreement(model_of(*chain, shape=(60,)), numbers(2, 60))


def test_dropout_is_nothing():
    graph = to_onnx(model_of(layers.Dropout(0.9), shape=(5,)))
    assert [node.op_type for node in graph.graph.node] == ["Identity"]


@pytest.mark.parametrize("kind", [layers.Add, layers.Concatenate])
@pytest.mark.parametrize("axis", [1, 2, 3, -1])
@pytest.mark.parametrize("number", [2, 3])
def test_merging_of_tensors_that_are_stored_differently(kind, axis, number):
    """One comes from a convolution, the others as they are."""
    inputs = [keras.Input((3, 4, 5)) for _ in range(number)]
    convolved = layers.Conv2D(5, 1, data_format="channels_last")(inputs[0])
    layer = kind() if kind is layers.Add else kind(axis=axis)
    for first in (True, False):
        parts = [convolved, *inputs[1:]] if first else [*inputs[1:], convolved]
        model = keras.Model(inputs, layer(parts))
        set_live_weights(model)
        assert_agreement(model, *(numbers(2, 3, 4, 5, seed=seed) for seed in range(number)))


@pytest.mark.parametrize("scale", [0.17, 1.0, -2])
@pytest.mark.parametrize("convolved", [0, 1])
def test_adding_a_fraction(scale, convolved):
    """Of the second tensor, whichever of the two is stored in ONNX's order."""
    inputs = [keras.Input((3, 4, 5)), keras.Input((3, 4, 5))]
    parts = list(inputs)
    parts[convolved] = layers.Conv2D(5, 1, data_format="channels_last")(parts[convolved])
    model = keras.Model(inputs, _keras.custom_scale_layer()(scale)(parts))
    set_live_weights(model)
    assert_agreement(model, *(numbers(2, 3, 4, 5, seed=seed) for seed in range(2)))


def test_add_broadcasts():
    """As a squeeze-and-excitation block does."""
    image = keras.Input((3, 4, 5))
    pooled = layers.GlobalAveragePooling2D(keepdims=True, data_format="channels_last")(image)
    assert_agreement(keras.Model(image, layers.Add()([image, pooled])), numbers(2, 3, 4, 5))
