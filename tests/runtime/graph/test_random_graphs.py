"""Small random networks of supported layers: what each converter says of its axes must hold for all that follow."""

import keras
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from keras import layers

from tests.live_weights import set_live_weights
from tests.runtime.agreement import assert_agreement, numbers

pytestmark = pytest.mark.single_backend

LAST = {"data_format": "channels_last"}
ACTIVATIONS = ["elu", "gelu", "hard_silu", "leaky_relu", "mish", "relu", "relu6", "sigmoid", "softmax", "tanh"]
LARGEST = 24  # pixels of a side

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
paddings = st.sampled_from(["valid", "same"])
axes = st.sampled_from([1, 2, 3, -1])


def convolution(draw):
    kinds = [layers.Conv2D, layers.SeparableConv2D, layers.DepthwiseConv2D, layers.Conv2DTranspose]
    kind = draw(st.sampled_from(kinds))
    filters = {} if kind is layers.DepthwiseConv2D else {"filters": draw(st.integers(1, 6))}
    activation = draw(st.sampled_from([None, *ACTIVATIONS]))
    stride = draw(st.integers(1, 2))
    return kind(
        kernel_size=draw(pairs), strides=stride, padding=draw(paddings), activation=activation, **filters, **LAST
    )


def pooling(draw):
    kind = draw(st.sampled_from([layers.MaxPooling2D, layers.AveragePooling2D]))
    # On torch, Keras 3.15.1 repeats the border in averages.
    same = kind is layers.MaxPooling2D or keras.config.backend() != "torch"
    return kind(draw(pairs), strides=draw(pairs), padding=draw(paddings) if same else "valid", **LAST)


def normalization(draw):
    kind = draw(st.sampled_from(["batch", "layer", "group", "unit"]))
    axis = draw(axes)
    if kind == "batch":
        return layers.BatchNormalization(axis=axis)
    if kind == "layer":
        return layers.LayerNormalization(axis=axis)
    return layers.GroupNormalization(-1, axis=axis) if kind == "group" else layers.UnitNormalization(axis=axis)


def activation(draw):
    kind = draw(st.sampled_from(["word", "softmax", "parametric", "threshold"]))
    if kind == "word":
        return layers.Activation(draw(st.sampled_from(ACTIVATIONS)))
    if kind == "softmax":
        return layers.Softmax(axis=draw(axes))
    return layers.PReLU(shared_axes=[draw(st.integers(1, 3))]) if kind == "parametric" else layers.ReLU(threshold=0.5)


def arrangement(draw):
    kind = draw(st.sampled_from(["permute", "pad", "crop", "enlarge", "resize"]))
    if kind == "permute":
        return layers.Permute(draw(st.permutations([1, 2, 3])))
    if kind == "pad":
        return layers.ZeroPadding2D((draw(pairs), draw(pairs)), **LAST)
    if kind == "crop":
        return layers.Cropping2D(((0, 1), (1, 0)), **LAST)
    if kind == "enlarge":
        return layers.UpSampling2D(2, interpolation=draw(st.sampled_from(["nearest", "bilinear"])), **LAST)
    return layers.Resizing(*draw(st.tuples(st.integers(2, 9), st.integers(2, 9))), **LAST)


def plain(draw):
    kind = draw(st.sampled_from(["dense", "dropout", "rescaling", "augmentation"]))
    if kind == "dense":
        return layers.Dense(3, activation="relu")
    if kind == "dropout":
        return layers.Dropout(0.5)
    return layers.Rescaling([0.5], 1) if kind == "rescaling" else layers.RandomFlip(**LAST)


def network_of(draw):
    """A network of up to eight layers, where each may take any earlier tensor, and some take two."""
    keras.utils.clear_session(free_memory=False)
    image = keras.Input((draw(st.integers(5, 9)), draw(st.integers(5, 9)), draw(st.integers(1, 4))))
    tensors = [image]
    for _ in range(draw(st.integers(2, 8))):
        x = draw(st.sampled_from(tensors[-3:]))
        if draw(st.integers(0, 3)):
            make = draw(
                st.sampled_from([convolution, convolution, pooling, normalization, activation, arrangement, plain])
            )
            layer, given = make(draw), x
        else:
            layer, given = merging(draw, x, tensors)
        try:
            y = layer(given)
        except ValueError:  # nothing would be left of the picture
            continue
        if min(y.shape[1:]) > 0 and max(y.shape[1:]) <= LARGEST:
            tensors.append(y)
    pooled = layers.GlobalAveragePooling2D(name="pooled", **LAST)(tensors[-1])
    model = keras.Model(image, [tensors[-1], layers.Dense(3, name="scores")(pooled)])
    set_live_weights(model)
    return model


def merging(draw, x, tensors):
    """A layer that takes a tensor and another of its shape, or its own averages over the picture."""
    other = draw(st.sampled_from([tensor for tensor in tensors if tensor.shape == x.shape]))
    kind = draw(st.sampled_from([layers.Add, layers.Multiply, layers.Maximum, layers.Subtract, layers.Concatenate]))
    if kind is layers.Concatenate:
        return kind(axis=draw(axes)), [x, other]
    if draw(st.booleans()):
        other = layers.GlobalAveragePooling2D(**LAST)(x)
    return kind(), draw(st.permutations([x, other]))


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")  # of one number, as may happen here
@given(data=st.data())
@settings(max_examples=15, phases=[Phase.generate], deadline=None, derandomize=True, database=None)
def test_random_networks(data):
    network = network_of(data.draw)
    assert_agreement(network, numbers(2, *network.inputs[0].shape[1:]))
