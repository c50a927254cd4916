"""Layers as a script of Keras 1 or 2 spelt them, and as Keras 2 itself takes them."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    """``old`` makes the layer of ``keras2.layers``, ``then`` that of Keras 2; both are called with these inputs."""

    old: Callable[[Any], Any]
    then: Callable[[Any], Any]
    shapes: tuple[tuple[int, ...], ...]


PICTURES = ((2, 7, 8, 3),)
STEPS = ((2, 5, 3),)
PAIR = ((2, 4, 3), (2, 4, 3))


def _of(old, then, shapes=PICTURES):
    return Case(old, then, shapes)


CASES = {
    "convolution": _of(
        lambda k: k.Convolution2D(
            4, 3, 2, init="uniform", border_mode="same", subsample=(2, 1), activation="relu", dim_ordering="tf"
        ),
        lambda k: k.Conv2D(4, (3, 2), padding="same", strides=(2, 1), activation="relu"),
    ),
    "convolution by position": _of(
        lambda k: k.Convolution2D(4, 3, 3, "he_normal", "tanh", None, "same", (2, 2), "tf"),
        lambda k: k.Conv2D(4, 3, padding="same", strides=2, activation="tanh"),
    ),
    "convolution, Keras 2": _of(
        lambda k: k.Conv2D(4, (3, 3), (2, 1), "same", None, (1, 1), "relu", False),
        lambda k: k.Conv2D(4, 3, strides=(2, 1), padding="same", activation="relu", use_bias=False),
    ),
    "convolution without bias": _of(
        lambda k: k.Convolution2D(4, 3, 3, bias=False), lambda k: k.Conv2D(4, 3, use_bias=False)
    ),
    "convolution with holes": _of(
        lambda k: k.AtrousConvolution2D(4, 2, 2, atrous_rate=(2, 3)), lambda k: k.Conv2D(4, 2, dilation_rate=(2, 3))
    ),
    "line": _of(
        lambda k: k.Convolution1D(nb_filter=4, filter_length=2, subsample_length=2, border_mode="same"),
        lambda k: k.Conv1D(4, 2, strides=2, padding="same"),
        STEPS,
    ),
    "volume": _of(
        lambda k: k.Convolution3D(2, 2, 1, 2, subsample=(1, 2, 1)),
        lambda k: k.Conv3D(2, (2, 1, 2), strides=(1, 2, 1)),
        ((1, 4, 4, 4, 2),),
    ),
    "separable": _of(
        lambda k: k.SeparableConvolution2D(4, 3, 3, init="uniform", depth_multiplier=2, border_mode="same"),
        lambda k: k.SeparableConv2D(4, 3, depth_multiplier=2, padding="same"),
    ),
    "depthwise": _of(
        lambda k: k.DepthwiseConv2D((3, 3), padding="same", depth_multiplier=2, groups=1, strides=(2, 2)),
        lambda k: k.DepthwiseConv2D(3, padding="same", depth_multiplier=2, strides=2),
    ),
    "transposed": _of(
        lambda k: k.Conv2DTranspose(4, (3, 3), strides=(2, 2), padding="same"),
        lambda k: k.Conv2DTranspose(4, 3, strides=2, padding="same"),
    ),
    "transposed, with its shape": _of(
        lambda k: k.Deconvolution2D(4, 3, 3, output_shape=(None, 13, 16, 4), subsample=(2, 2), border_mode="same"),
        lambda k: k.Conv2DTranspose(4, 3, strides=2, padding="same", output_padding=(0, 1)),
    ),
    "transposed, with its shape by position": _of(
        lambda k: k.Deconvolution2D(4, 3, 3, (None, 16, 17, 4), subsample=(2, 2)),
        lambda k: k.Conv2DTranspose(4, 3, strides=2, output_padding=(1, 0)),
    ),
    "largest": _of(
        lambda k: k.MaxPooling2D((2, 3), (2, 1), "same", "tf"), lambda k: k.MaxPooling2D((2, 3), (2, 1), "same")
    ),
    "largest, as a rule": _of(lambda k: k.MaxPooling2D(), lambda k: k.MaxPooling2D()),
    "mean": _of(lambda k: k.AveragePooling2D(border_mode="same"), lambda k: k.AveragePooling2D(padding="same")),
    "mean along a line": _of(
        lambda k: k.AveragePooling1D(pool_length=2, stride=1), lambda k: k.AveragePooling1D(2, 1), STEPS
    ),
    "mean of all": _of(lambda k: k.GlobalAveragePooling2D(dim_ordering="tf"), lambda k: k.GlobalAveragePooling2D()),
    "largest of all": _of(lambda k: k.GlobalMaxPooling2D("default"), lambda k: k.GlobalMaxPooling2D()),
    "zeros": _of(lambda k: k.ZeroPadding2D((1, 2), dim_ordering="tf"), lambda k: k.ZeroPadding2D((1, 2))),
    "zeros at four sides": _of(lambda k: k.ZeroPadding2D((1, 2, 0, 3)), lambda k: k.ZeroPadding2D(((1, 2), (0, 3)))),
    "zeros at named sides": _of(
        lambda k: k.ZeroPadding2D({"top_pad": 1, "right_pad": 2}), lambda k: k.ZeroPadding2D(((1, 0), (0, 2)))
    ),
    "cropped": _of(lambda k: k.Cropping2D(((1, 0), (2, 1))), lambda k: k.Cropping2D(((1, 0), (2, 1)))),
    "larger": _of(lambda k: k.UpSampling2D((2, 3), "tf"), lambda k: k.UpSampling2D((2, 3))),
    "longer": _of(lambda k: k.UpSampling1D(length=3), lambda k: k.UpSampling1D(3), STEPS),
    "normal": _of(
        lambda k: k.BatchNormalization(mode=0, axis=[3], gamma_init="one", epsilon=0.01),
        lambda k: k.BatchNormalization(epsilon=0.01),
    ),
    "normal by position": _of(
        lambda k: k.BatchNormalization(0.1, 0, -1, 0.9), lambda k: k.BatchNormalization(epsilon=0.1, momentum=0.9)
    ),
    "leaky": _of(lambda k: k.LeakyReLU(alpha=0.2), lambda k: k.LeakyReLU(alpha=0.2)),
    "leaky, as a rule": _of(lambda k: k.LeakyReLU(), lambda k: k.LeakyReLU()),
    "learnt slope": _of(lambda k: k.PReLU(init="zero", shared_axes=[1, 2]), lambda k: k.PReLU(shared_axes=[1, 2])),
    "exponential": _of(lambda k: k.ELU(0.5), lambda k: k.ELU(0.5)),
    "threshold": _of(lambda k: k.ThresholdedReLU(theta=0.3), lambda k: k.ThresholdedReLU(theta=0.3)),
    "threshold, as a rule": _of(lambda k: k.ThresholdedReLU(), lambda k: k.ThresholdedReLU()),
    "up to 6": _of(lambda k: k.ReLU(6.0, alpha=0.1), lambda k: k.ReLU(6.0, negative_slope=0.1)),
    "dense": _of(
        lambda k: k.Dense(output_dim=4, init="glorot_normal", activation="sigmoid", bias=True),
        lambda k: k.Dense(4, activation="sigmoid"),
    ),
    "dense by position": _of(lambda k: k.Dense(4, "uniform", "tanh"), lambda k: k.Dense(4, "tanh")),
    "dense, Keras 2": _of(lambda k: k.Dense(4, "relu", False), lambda k: k.Dense(4, "relu", False)),
    "flat": _of(lambda k: k.Flatten(), lambda k: k.Flatten()),
    "other shape": _of(lambda k: k.Reshape(dims=(8, 21)), lambda k: k.Reshape((8, 21))),
    "other order": _of(lambda k: k.Permute((3, 1, 2)), lambda k: k.Permute((3, 1, 2))),
    "repeated": _of(lambda k: k.RepeatVector(3), lambda k: k.RepeatVector(3), ((2, 4),)),
    "own function": _of(
        lambda k: k.Lambda(lambda x: x * 2, output_shape=lambda shape: shape), lambda k: k.Lambda(lambda x: x * 2)
    ),
    "prediction without dropout": _of(lambda k: k.Dropout(p=0.5), lambda k: k.Dropout(0.5)),
    "each step": _of(
        lambda k: k.TimeDistributed(k.Dense(output_dim=4)), lambda k: k.TimeDistributed(k.Dense(4)), STEPS
    ),
    "simple recurrent": _of(
        lambda k: k.SimpleRNN(output_dim=4, inner_init="orthogonal"), lambda k: k.SimpleRNN(4), STEPS
    ),
    "long": _of(
        lambda k: k.LSTM(4, return_sequences=True, forget_bias_init="one", consume_less="gpu", dropout_W=0.2),
        lambda k: k.LSTM(4, return_sequences=True),
        STEPS,
    ),
    "gated": _of(
        lambda k: k.GRU(4, implementation=1, recurrent_activation="sigmoid"),
        lambda k: k.GRU(4, reset_after=False),
        STEPS,
    ),
    "gated, cuDNN": _of(lambda k: k.CuDNNGRU(4), lambda k: k.GRU(4, reset_after=True), STEPS),
    "both directions": _of(
        lambda k: k.Bidirectional(k.LSTM(4), "sum"), lambda k: k.Bidirectional(k.LSTM(4), "sum"), STEPS
    ),
    "recurrent pictures": _of(
        lambda k: k.ConvLSTM2D(nb_filter=2, nb_row=2, nb_col=3, border_mode="same", inner_activation="sigmoid"),
        lambda k: k.ConvLSTM2D(2, (2, 3), padding="same", recurrent_activation="sigmoid"),
        ((1, 3, 4, 4, 2),),
    ),
    "sum": _of(lambda k: lambda x: k.merge(x, mode="sum"), lambda k: k.add, PAIR),
    "product": _of(lambda k: lambda x: k.merge(x, mode="mul"), lambda k: k.multiply, PAIR),
    "mean of two": _of(lambda k: lambda x: k.merge(x, mode="ave"), lambda k: k.average, PAIR),
    "larger of two": _of(lambda k: lambda x: k.merge(x, mode="max"), lambda k: k.maximum, PAIR),
    "one behind the other": _of(
        lambda k: lambda x: k.merge(x, mode="concat", concat_axis=1), lambda k: lambda x: k.concatenate(x, axis=1), PAIR
    ),
    "products of rows": _of(
        lambda k: lambda x: k.merge(x, mode="dot", dot_axes=[[2], [2]]), lambda k: lambda x: k.dot(x, (2, 2)), PAIR
    ),
    "function of two": _of(
        lambda k: lambda x: k.merge(x, mode=lambda pair: pair[0] - 2 * pair[1], output_shape=(4, 3)),
        lambda k: k.Lambda(lambda pair: pair[0] - 2 * pair[1]),
        PAIR,
    ),
    "layer of two": _of(lambda k: k.Merge(mode="concat"), lambda k: k.Concatenate(), PAIR),
    "difference": _of(lambda k: k.subtract, lambda k: k.subtract, PAIR),
    "smaller of two": _of(lambda k: k.minimum, lambda k: k.minimum, PAIR),
    "normal products": _of(
        lambda k: lambda x: k.dot(x, axes=-1, normalize=True), lambda k: lambda x: k.dot(x, -1, normalize=True), PAIR
    ),
}


def inputs(shapes):
    generator = np.random.default_rng(1)
    return [generator.normal(size=shape).astype("float32") for shape in shapes]


def weights(shapes):
    """The same for a layer of each Keras, which list theirs in the same order; all fit for a variance, too."""
    generator = np.random.default_rng(2)
    return [generator.uniform(0.2, 0.8, size=shape).astype("float32") for shape in shapes]


def computed(layers, model_kind, make, shapes):
    """What a layer with these weights returns, and the shape that its model says."""
    data, tensors = (each if len(each) > 1 else each[0] for each in (inputs(shapes), _symbolic(layers, shapes)))
    model = model_kind(tensors, make(layers)(tensors))
    model.set_weights(weights([np.shape(weight) for weight in model.get_weights()]))
    found = model(data)
    found = np.asarray(found.detach() if hasattr(found, "detach") else found)  # torch asks for it
    return found, tuple(model.output_shape)


def _symbolic(layers, shapes):
    return [layers.Input(shape[1:]) for shape in shapes]
