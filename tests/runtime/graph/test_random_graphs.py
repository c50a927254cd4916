"""Small random networks of supported layers: what each converter says of its axes must hold for all that follow.

Some mix the pictures of a batch; these must be refused.
"""

import re
from functools import partial

import keras
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from keras import layers

from amalthea.errors import UnsupportedLayerError
from amalthea.runtime import to_onnx
from tests.live_weights import set_live_weights
from tests.runtime.agreement import answers_of_keras, assert_agreement, assert_close, numbers
from tests.runtime.graph.layer_models import FORMATS, picture_shape

pytestmark = pytest.mark.single_backend

ACTIVATIONS = ["elu", "gelu", "hard_silu", "leaky_relu", "mish", "relu", "relu6", "sigmoid", "softmax", "tanh"]
LARGEST = 24  # pixels of a side

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
paddings = st.sampled_from(["valid", "same"])
axes = st.sampled_from([1, 2, 3, -1, -2, -3, -4, 0])
axes_of_a_step = st.sampled_from([1, 2, -1, -2, -3])


def convolution(draw, layout):
    kinds = [layers.Conv2D, layers.SeparableConv2D, layers.DepthwiseConv2D, layers.Conv2DTranspose]
    kind = draw(st.sampled_from(kinds))
    filters = {} if kind is layers.DepthwiseConv2D else {"filters": draw(st.integers(1, 6))}
    activation = draw(st.sampled_from([None, *ACTIVATIONS]))
    stride = draw(st.integers(1, 2))
    # Keras 3.15.1 on TensorFlow adds the bias to the wrong axis of channels_first where width and filters are equal.
    biased = layout["data_format"] == "channels_last"
    settings = {"padding": draw(paddings), "activation": activation, "use_bias": biased}
    return kind(kernel_size=draw(pairs), strides=stride, **settings, **filters, **layout)


def pooling(draw, layout):
    kind = draw(st.sampled_from([layers.MaxPooling2D, layers.AveragePooling2D]))
    # On torch, Keras 3.15.1 repeats the border in averages.
    same = kind is layers.MaxPooling2D or keras.config.backend() != "torch"
    return kind(draw(pairs), strides=draw(pairs), padding=draw(paddings) if same else "valid", **layout)


def normalization(draw, layout):
    kind = draw(st.sampled_from(["batch", "layer", "group", "unit"]))
    axis = draw(axes)
    if kind == "batch":
        return layers.BatchNormalization(axis=axis)
    if kind == "layer":
        return layers.LayerNormalization(axis=axis)
    return layers.GroupNormalization(-1, axis=axis) if kind == "group" else layers.UnitNormalization(axis=axis)


def activation(draw, layout):
    kind = draw(st.sampled_from(["word", "softmax", "function", "wrapped", "parametric", "threshold"]))
    if kind == "word":
        return layers.Activation(draw(st.sampled_from(ACTIVATIONS)))
    if kind == "softmax":
        return layers.Softmax(axis=draw(axes))
    if kind == "function":
        return layers.Activation(partial(keras.activations.softmax, axis=draw(axes)))
    if kind == "wrapped":
        return layers.TimeDistributed(layers.UnitNormalization(axis=draw(axes_of_a_step)))
    return layers.PReLU(shared_axes=[draw(st.integers(1, 3))]) if kind == "parametric" else layers.ReLU(threshold=0.5)


def arrangement(draw, layout):
    kind = draw(st.sampled_from(["permute", "pad", "crop", "enlarge", "resize"]))
    if kind == "permute":
        return layers.Permute(draw(st.permutations([1, 2, 3])))
    if kind == "pad":
        return layers.ZeroPadding2D((draw(pairs), draw(pairs)), **layout)
    if kind == "crop":
        return layers.Cropping2D(((0, 1), (1, 0)), **layout)
    if kind == "enlarge":
        return layers.UpSampling2D(2, interpolation=draw(st.sampled_from(["nearest", "bilinear"])), **layout)
    return layers.Resizing(*draw(st.tuples(st.integers(2, 9), st.integers(2, 9))), **layout)


def plain(draw, layout):
    kind = draw(st.sampled_from(["dense", "dropout", "rescaling", "augmentation"]))
    if kind == "dense":
        return layers.Dense(3, activation="relu")
    if kind == "dropout":
        return layers.Dropout(0.5)
    return layers.Rescaling([0.5], 1) if kind == "rescaling" else layers.RandomFlip(**layout)


def network_of(draw):
    """A network of up to eight layers, where each may take an earlier tensor, and some take two; all are outputs."""
    keras.utils.clear_session(free_memory=False)
    layout = {"data_format": draw(st.sampled_from(FORMATS))}
    sides = draw(st.tuples(st.integers(5, 9), st.integers(5, 9)))
    image = keras.Input(picture_shape(layout["data_format"], sides, draw(st.integers(1, 4))))
    tensors = [image]
    for _ in range(draw(st.integers(2, 8))):
        x = draw(st.sampled_from(tensors[-3:]))
        if draw(st.integers(0, 3)):
            make = draw(
                st.sampled_from([convolution, convolution, pooling, normalization, activation, arrangement, plain])
            )
            layer, given = make(draw, layout), x
        else:
            layer, given = merging(draw, layout, x, tensors)
        if isinstance(layer, layers.LayerNormalization) and x.shape[layer.axis] == 1:
            continue  # Of one number nothing is left but what rounding makes of it.
        try:
            y = layer(given)
        except ValueError:  # nothing would be left of the picture
            continue
        if min(y.shape[1:]) > 0 and max(y.shape[1:]) <= LARGEST:
            tensors.append(y)
    pooled = layers.GlobalAveragePooling2D(name="pooled", **layout)(tensors[-1])
    model = keras.Model(image, [*tensors[1:], layers.Dense(3, name="scores")(pooled)])
    set_live_weights(model)
    return model


def merging(draw, layout, x, tensors):
    """A layer that takes a tensor and another of its shape, or its own averages over the picture."""
    other = draw(st.sampled_from([tensor for tensor in tensors if tensor.shape == x.shape]))
    kind = draw(st.sampled_from([layers.Add, layers.Multiply, layers.Maximum, layers.Subtract, layers.Concatenate]))
    if kind is layers.Concatenate:
        return kind(axis=draw(axes)), [x, other]
    if draw(st.booleans()):
        other = layers.GlobalAveragePooling2D(**layout)(x)
    return kind(), draw(st.permutations([x, other]))


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")  # of one number, as may happen here
@given(data=st.data())
@settings(max_examples=25, phases=[Phase.generate], deadline=None, derandomize=True, database=None)
def test_random_networks(data):
    network = network_of(data.draw)
    pictures = numbers(2, *network.inputs[0].shape[1:])
    try:
        to_onnx(network)
    except UnsupportedLayerError as refusal:
        assert re.search("its axis (0|-3|-4) mixes the pictures of a batch", str(refusal))
        return
    together, _ = assert_agreement(network, pictures)
    for answers, alone in zip(together, answers_of_keras(network, [pictures[:1]]), strict=True):
        assert_close(alone, answers[:1], "alone")
