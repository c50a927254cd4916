"""Layers that slide a window over a picture, over the settings that change what their converters must write."""

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from keras import layers

from tests.runtime.agreement import assert_agreement, numbers
from tests.runtime.graph.layer_models import FORMATS, PADDINGS, model_of, picture_shape

# More than any width here: Keras 3.15.1 on TensorFlow adds the bias of a channels_first convolution to the wrong axis
# where width and filters are equal.
FILTERS = 14

# On torch and JAX, where each example compiles for seconds, whole networks stand for their layers: test_networks.py.
pytestmark = pytest.mark.single_backend

small = settings(max_examples=20, deadline=None, derandomize=True, database=None)
sides = st.tuples(st.integers(5, 12), st.integers(5, 12))
pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))


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
    data_format=st.sampled_from(FORMATS),
    sides=sides,
    kernel=pairs,
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    padding=st.sampled_from(PADDINGS),
    multiplier=st.integers(1, 3),
    bias=st.booleans(),
    activation=st.sampled_from([None, "relu6", "tanh"]),
    open_sizes=st.booleans(),
)
@small
def test_separable_convolution(
    data_format, sides, kernel, stride, dilation, padding, multiplier, bias, activation, open_sizes
):
    assume(stride == 1 or dilation == 1)
    assume(padding == "same" or all((k - 1) * dilation < side for k, side in zip(kernel, sides, strict=True)))
    layer = layers.SeparableConv2D(
        FILTERS,
        kernel,
        strides=stride,
        padding=padding,
        dilation_rate=dilation,
        depth_multiplier=multiplier,
        use_bias=bias,
        activation=activation,
        data_format=data_format,
    )
    assert_layer(layer, data_format, sides, 4, open_sizes)


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
