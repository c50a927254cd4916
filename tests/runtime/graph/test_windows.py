"""Layers that slide a window over a picture, over the settings that change what their converters must write."""

import itertools

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from keras import layers

from amalthea.errors import UnsupportedLayerError
from amalthea.runtime import to_onnx
from tests.runtime.agreement import assert_agreement, numbers
from tests.runtime.graph.layer_models import FORMATS, PADDINGS, model_of, model_of_each, picture_shape

LAST = {"data_format": "channels_last"}
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
    model = model_of(layer, shape=picture_shape(data_format, (None,) * len(sides), channels) if open_sizes else shape)
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
    if keras.config.backend() == "torch":  # which differs from the others in averages with uneven padding
        assume(padding == "valid" or kind is layers.MaxPooling2D)
    layer = kind(size, strides=strides, padding=padding, data_format=data_format)
    try:
        assert_layer(layer, data_format, sides, 2, open_sizes)
    except UnsupportedLayerError as refusal:
        assert "are beyond its windows" in str(refusal)
        assert padding == "same" and open_sizes and any(np.greater(strides, size))


@pytest.mark.parametrize("kind", [layers.MaxPooling2D, layers.AveragePooling2D])
def test_pooling_that_leaves_pixels_out(kind):
    """Of pictures whose size is open: here with all the rests that there are."""
    if keras.config.backend() != "torch" or kind is layers.MaxPooling2D:  # see above
        model = model_of(kind(2, 3, "same", **LAST), shape=(None, None, 3))
        for sides in ((33, 47), (34, 48), (35, 46)):
            assert_agreement(model, numbers(2, *sides, 3))
    for size, strides in ((3, 4), ((3, 2), (2, 3)), ((1, 3), 2)):
        model = model_of(kind(size, strides, "same", name="wide", **LAST), shape=(None, None, 3))
        with pytest.raises(
            UnsupportedLayerError, match=r"'wide' of type .* its strides .* are beyond its windows, and"
        ):
            to_onnx(model)
        assert_agreement(model_of(kind(size, strides, "valid", **LAST), shape=(None, None, 3)), numbers(2, 9, 11, 3))


@pytest.mark.parametrize("kind", [layers.Conv2D, layers.SeparableConv2D, layers.DepthwiseConv2D])
def test_convolution_that_leaves_pixels_out(kind):
    """As above; of wider gaps than pooling may have."""
    count = () if kind is layers.DepthwiseConv2D else (4,)
    candidates = [kind(*count, size, stride, "same", **LAST) for size, stride in ((3, 5), ((1, 3), 3), (4, 6))]
    model = model_of_each(candidates, (None, None, 3))
    for side in range(30, 36):
        assert_agreement(model, numbers(2, side, side + 15, 3))
    for size, stride in (((3, 5), 7), (3, 6), ((1, 3), 4) if count else (4, 7)):
        wide = kind(*count, size, stride, "same", name="wide", **LAST)
        with pytest.raises(
            UnsupportedLayerError, match=r"'wide' of type .* its strides .* are far beyond its windows, and"
        ):
            to_onnx(model_of(wide, shape=(None, None, 3)))
        assert_agreement(
            model_of(kind(*count, size, stride, "valid", **LAST), shape=(None, None, 3)), numbers(2, 34, 48, 3)
        )
        assert_agreement(model_of(kind(*count, size, stride, "same", **LAST), shape=(34, 48, 3)), numbers(2, 34, 48, 3))


def assert_each(candidates, sides, channels, data_format="channels_last", open_sizes=False):
    """Many layers on the same picture, whose sizes may be open until the graph runs."""
    shape = picture_shape(data_format, sides, channels)
    known = picture_shape(data_format, (None,) * len(sides), channels) if open_sizes else shape
    assert_agreement(model_of_each(candidates, known), numbers(2, *shape))


both_ways = pytest.mark.parametrize("open_sizes", [False, True], ids=["known sizes", "open sizes"])


@both_ways
@pytest.mark.parametrize("data_format", FORMATS)
def test_convolution_of_sequences(data_format, open_sizes):
    candidates = [
        layers.Conv1D(FILTERS, size, stride, padding, data_format, dilation_rate=gap, groups=groups)
        for size, (stride, gap), padding, groups in itertools.product(
            [1, 4, 3], [(1, 1), (2, 1), (1, 2)], [*PADDINGS, "causal"], [1, 2]
        )
        if groups == 1 or (size, gap) == (3, 1)
    ]
    assert_each(candidates, (9,), 4, data_format, open_sizes)


@both_ways
def test_convolution_of_volumes(open_sizes):
    candidates = [
        layers.Conv3D(FILTERS, size, strides=stride, padding=padding, activation="relu")
        for size, stride, padding in itertools.product([1, 2, (3, 1, 2)], [1, 2], PADDINGS)
    ]
    assert_each(candidates, (7, 6, 5), 3, open_sizes=open_sizes)


@both_ways
def test_channelwise_convolution_of_sequences(open_sizes):
    choices = list(itertools.product([3, 4], [1, 2], PADDINGS, [1, 2]))
    candidates = [
        layers.DepthwiseConv1D(size, strides=stride, padding=padding, depth_multiplier=times)
        for size, stride, padding, times in choices
    ] + [
        layers.SeparableConv1D(FILTERS, size, strides=stride, padding=padding, depth_multiplier=times)
        for size, stride, padding, times in choices
    ]
    assert_each(candidates, (9,), 3, open_sizes=open_sizes)


TRANSPOSED = [
    (size, stride, padding, more)
    for size, stride, padding, more in itertools.product([1, 2, 3, 4, 5], [1, 2, 3], PADDINGS, [None, 0, 1])
    if more is None or (more < stride and more >= (size % 2 == 0 and padding == "same"))  # TensorFlow has no others
]


@both_ways
def test_transposed_convolution(open_sizes):
    candidates = [
        layers.Conv2DTranspose(3, (size, 3), strides=stride, padding=padding, output_padding=more, activation="relu6")
        for size, stride, padding, more in TRANSPOSED
    ]
    assert_each(candidates, (5, 4), 2, open_sizes=open_sizes)


@pytest.mark.parametrize(("kind", "sides"), [(layers.Conv1DTranspose, (5,)), (layers.Conv3DTranspose, (3, 4, 2))])
def test_transposed_convolution_of_other_ranks(kind, sides):
    candidates = [
        kind(3, size, strides=stride, padding=padding, use_bias=False)
        for size, stride, padding in itertools.product([1, 2, 3], [1, 2], PADDINGS)
    ]
    assert_each(candidates, sides, 2)


@pytest.mark.parametrize("data_format", FORMATS)
def test_transposed_convolution_with_gaps(data_format):
    settings = {"dilation_rate": 2, "data_format": data_format}
    candidates = [layers.Conv2DTranspose(FILTERS, 3, padding=padding, **settings) for padding in PADDINGS]
    assert_each(candidates, (6, 5), 2, data_format)


@both_ways
def test_pooling_of_other_ranks(open_sizes):
    kinds = [layers.MaxPooling1D, layers.AveragePooling1D], [layers.MaxPooling3D, layers.AveragePooling3D]
    for of_one_rank, sides in zip(kinds, [(7,), (7, 6, 5)], strict=True):
        candidates = [
            kind(size, strides=stride, padding=padding)
            for kind, (size, stride), padding in itertools.product(of_one_rank, [(2, None), (3, 2), (3, 1)], PADDINGS)
            # On torch, Keras 3.15.1 repeats the border in averages.
            if padding == "valid" or keras.config.backend() != "torch" or "Max" in kind.__name__
        ]
        assert_each(candidates, sides, 2, open_sizes=open_sizes)


@pytest.mark.parametrize("data_format", FORMATS)
def test_pooling_to_a_size(data_format):
    kinds = layers.AdaptiveAveragePooling2D, layers.AdaptiveMaxPooling2D
    candidates = [kind(wanted, data_format=data_format) for kind in kinds for wanted in ((2, 3), (3, 9))]
    assert_each(candidates, (6, 9), 2, data_format)
    assert_each([layers.AdaptiveAveragePooling1D(3), layers.AdaptiveMaxPooling1D(2)], (6,), 2)


@both_ways
def test_pooling_to_a_size_with_unequal_windows(open_sizes):
    shape = (None, None, 2) if open_sizes else (7, 9, 2)
    model = keras.Sequential([keras.Input(shape), layers.AdaptiveAveragePooling2D(3, name="own")])
    message = r"'own' of type AdaptiveAveragePooling2D .*windows of one size do not cut .* pixels into \(3, 3\)"
    with pytest.raises(UnsupportedLayerError, match=message):
        to_onnx(model)
