"""Each converter on small layers of its own, over the settings that change what it must write."""

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from keras import layers

from amalthea.runtime import to_onnx
from tests.live_weights import clearly_different, set_live_weights
from tests.runtime.agreement import answers_of_graph, assert_agreement, numbers

FORMATS = ["channels_last"] if keras.config.backend() == "openvino" else ["channels_last", "channels_first"]
PADDINGS = ["valid", "same"]
ACTIVATIONS = [
    *("elu", "exponential", "hard_sigmoid", "linear", "relu", "relu6", "selu"),
    *("sigmoid", "silu", "softmax", "softplus", "softsign", "tanh"),
]

# More than any width here: Keras 3.15.1 on TensorFlow adds the bias of a channels_first convolution to the wrong axis
# where width and filters are equal.
FILTERS = 14

# On torch and JAX, where each example compiles for seconds, whole networks stand for their layers: test_networks.py.
pytestmark = pytest.mark.single_backend

small = settings(max_examples=20, deadline=None, derandomize=True, database=None)
sides = st.tuples(st.integers(5, 12), st.integers(5, 12))
pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))


def model_of(*chain, shape):
    keras.utils.clear_session()
    model = keras.Sequential([keras.Input(shape), *chain])
    set_live_weights(model)
    return model


def picture_shape(data_format, sides, channels):
    return (*sides, channels) if data_format == "channels_last" else (channels, *sides)


def assert_layer(layer, data_format, sides, channels, open_sizes):
    """The layer in Keras and as a graph, whose sizes may be open until it runs."""
    shape = picture_shape(data_format, sides, channels)
    model = model_of(layer, shape=picture_shape(data_format, (None, None), channels) if open_sizes else shape)
    (expected,), graph = assert_agreement(model, numbers(3, *shape))
    assert expected.size
    return expected, graph


@given(
    data_format=st.sampled_from(FORMATS),
    sides=sides,
    kernel=pairs,
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    padding=st.sampled_from(PADDINGS),
    groups=st.sampled_from([1, 2]),
    bias=st.booleans(),
    activation=st.sampled_from([None, "relu6", "softmax"]),
    open_sizes=st.booleans(),
)
@small
def test_convolution(data_format, sides, kernel, stride, dilation, padding, groups, bias, activation, open_sizes):
    assume(stride == 1 or dilation == 1)  # Keras has no others
    assume(padding == "same" or all((k - 1) * dilation < side for k, side in zip(kernel, sides, strict=True)))
    layer = layers.Conv2D(
        FILTERS,
        kernel,
        strides=stride,
        padding=padding,
        dilation_rate=dilation,
        groups=groups,
        use_bias=bias,
        activation=activation,
        data_format=data_format,
    )
    assert_layer(layer, data_format, sides, 4, open_sizes)


@given(
    data_format=st.sampled_from(FORMATS),
    sides=sides,
    kernel=pairs,
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    padding=st.sampled_from(PADDINGS),
    multiplier=st.integers(1, 3),
    bias=st.booleans(),
    open_sizes=st.booleans(),
)
@small
def test_depthwise_convolution(data_format, sides, kernel, stride, dilation, padding, multiplier, bias, open_sizes):
    assume(stride == 1 or dilation == 1)
    assume(padding == "same" or all((k - 1) * dilation < side for k, side in zip(kernel, sides, strict=True)))
    layer = layers.DepthwiseConv2D(
        kernel,
        strides=stride,
        padding=padding,
        dilation_rate=dilation,
        depth_multiplier=multiplier,
        use_bias=bias,
        data_format=data_format,
    )
    assert_layer(layer, data_format, sides, FILTERS, open_sizes)


@given(
    kind=st.sampled_from([layers.MaxPooling2D, layers.AveragePooling2D]),
    data_format=st.sampled_from(FORMATS),
    sides=sides,
    size=pairs,
    strides=st.one_of(st.none(), pairs),
    padding=st.sampled_from(PADDINGS),
    open_sizes=st.booleans(),
)
@small
def test_pooling(kind, data_format, sides, size, strides, padding, open_sizes):
    # ONNX Runtime refuses strides that leave pixels out, where the rule for the padding is SAME_UPPER.
    assume(padding == "valid" or not open_sizes or strides is None or all(np.less_equal(strides, size)))
    if keras.config.backend() == "torch":  # which differs from the others in averages with uneven padding
        assume(padding == "valid" or kind is layers.MaxPooling2D)
    layer = kind(size, strides=strides, padding=padding, data_format=data_format)
    assert_layer(layer, data_format, sides, 2, open_sizes)


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


def test_add_broadcasts():
    """As a squeeze-and-excitation block does."""
    image = keras.Input((3, 4, 5))
    pooled = layers.GlobalAveragePooling2D(keepdims=True, data_format="channels_last")(image)
    assert_agreement(keras.Model(image, layers.Add()([image, pooled])), numbers(2, 3, 4, 5))
