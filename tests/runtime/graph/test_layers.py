"""Each converter on small layers of its own, over the settings that change what it must write.

Those that slide a window over a picture are in test_windows.py; activations, merging, normalisation, resizing,
attention and wrappers have files of their own.
"""

import keras
import numpy as np
import pytest
from keras import layers

from tests.live_weights import clearly_different, set_live_weights
from tests.runtime.agreement import assert_agreement, numbers
from tests.runtime.graph.layer_models import FORMATS, PADDINGS, convolved, model_of, model_of_each, picture_shape

# On torch and JAX, where each example compiles for seconds, whole networks stand for their layers: test_networks.py.
pytestmark = pytest.mark.single_backend


def assert_each(candidates, data_format, sides, after_convolution, open_sizes=False):
    """Layers on the same picture, which may come as it is or stored in ONNX's order; returns Keras' answers."""
    before = [layers.Conv2D(4, 2, data_format=data_format, name="before")] if after_convolution else []
    known = (None, None) if open_sizes else sides
    model = model_of_each(candidates, picture_shape(data_format, known, 3), before)
    return assert_agreement(model, numbers(2, *picture_shape(data_format, sides, 3)))[0]


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("after_convolution", [False, True])
def test_global_pooling(data_format, after_convolution):
    kinds = layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D
    candidates = [kind(keepdims=keepdims, data_format=data_format) for kind in kinds for keepdims in (False, True)]
    assert_each(candidates, data_format, (5, 7), after_convolution)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(6,), (5, 6), (3, 4, 6)])
def test_dense(shape, bias):
    assert_agreement(model_of(layers.Dense(4, use_bias=bias, activation="tanh"), shape=shape), numbers(2, *shape))


def test_dense_on_a_feature_map():
    chain = layers.Conv2D(6, 2, data_format="channels_last"), layers.Dense(4)
    assert_agreement(model_of(*chain, shape=(5, 6, 3)), numbers(2, 5, 6, 3))


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("after_convolution", [False, True])
def test_zero_padding(data_format, after_convolution):
    paddings = 1, (2, 0), ((1, 2), (0, 3))
    candidates = [layers.ZeroPadding2D(padding, data_format=data_format) for padding in paddings]
    answers = assert_each(candidates, data_format, (5, 4), after_convolution)
    assert all((answer == 0).any() for answer in answers)


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("after_convolution", [False, True])
@pytest.mark.parametrize("open_sizes", [False, True])
def test_cropping(data_format, after_convolution, open_sizes):
    croppings = 1, (2, 0), ((1, 0), (1, 0)), ((0, 1), (2, 3))
    candidates = [layers.Cropping2D(cropping, data_format=data_format) for cropping in croppings]
    assert_each(candidates, data_format, (7, 8), after_convolution, open_sizes)


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


def test_layers_that_act_in_training_only():
    idle = [
        layers.ActivityRegularization(l2=0.1),
        layers.AlphaDropout(0.5),
        layers.Dropout(0.9),
        layers.GaussianDropout(0.5),
        layers.GaussianNoise(1.0),
        layers.Identity(),
        layers.SpatialDropout2D(0.5),
    ]
    assert_unchanged(idle, (6, 7, 3))
    assert_unchanged([layers.SpatialDropout1D(0.5)], (6, 3))
    assert_unchanged([layers.SpatialDropout3D(0.5)], (2, 5, 6, 3))


def test_augmentation():
    last = {"data_format": "channels_last"}
    augmenting = [
        layers.AugMix(**last),
        layers.CutMix(**last),
        layers.MixUp(**last),
        layers.RandAugment(**last),
        layers.RandomBrightness(0.5),
        layers.RandomColorDegeneration(0.5, **last),
        layers.RandomColorJitter(brightness_factor=0.5, **last),
        layers.RandomContrast(0.5),
        layers.RandomElasticTransform(**last),
        layers.RandomErasing(**last),
        layers.RandomFlip(**last),
        layers.RandomGaussianBlur(**last),
        layers.RandomGrayscale(**last),
        layers.RandomHue(0.5, **last),
        layers.RandomInvert(**last),
        layers.RandomPerspective(**last),
        layers.RandomPosterization(4, **last),
        layers.RandomRotation(0.5, **last),
        layers.RandomSaturation(0.5, **last),
        layers.RandomSharpness(0.5, **last),
        layers.RandomShear(0.5, 0.5, **last),
        layers.RandomTranslation(0.5, 0.5, **last),
        layers.RandomZoom(0.5, **last),
        layers.Solarization(0.5, 0.5, **last),
    ]
    assert_unchanged(augmenting, (6, 7, 3))


def assert_unchanged(candidates, shape):
    """Outside training; the graph has no trace of them."""
    given = numbers(2, *shape)
    answers, graph = assert_agreement(model_of_each(candidates, shape), given)
    for answer in answers:
        np.testing.assert_array_equal(answer, given)
    assert {node.op_type for node in graph.graph.node} == {"Identity"}


@pytest.mark.parametrize("before", [False, True])
def test_permute(before):
    orders = [(2, 1, 3), (3, 1, 2), (1, 3, 2), (3, 2, 1)]
    given = keras.Input((3, 4, 6))
    x = convolved(5)(given) if before else given
    after = [layers.Conv2D(3, 2, data_format="channels_last")(layers.Permute(order)(x)) for order in orders]
    model = keras.Model(given, [*after, layers.Permute((2, 3, 1))(x)])
    set_live_weights(model)
    assert_agreement(model, numbers(2, 3, 4, 6))


def test_repeat_vector():
    assert_agreement(model_of(layers.RepeatVector(3), shape=(5,)), numbers(2, 5))


def test_sequences():
    candidates = [
        layers.Cropping1D((1, 0)),
        layers.Cropping1D((1, 2)),
        layers.EinsumDense("abc,cd->abd", output_shape=(None, 4), bias_axes="d"),
        layers.EinsumDense("abc,cde->abde", output_shape=(None, 4, 2), bias_axes="de"),
        layers.EinsumDense("...x,xy->...y", output_shape=4, activation="relu"),
        layers.GlobalAveragePooling1D(),
        layers.GlobalAveragePooling1D(keepdims=True),
        layers.GlobalMaxPooling1D(),
        layers.ZeroPadding1D(2),
        layers.ZeroPadding1D((1, 2)),
    ]
    assert_agreement(model_of_each(candidates, (7, 3)), numbers(2, 7, 3))


@pytest.mark.parametrize("data_format", FORMATS)
def test_volumes(data_format):
    shape, settings = picture_shape(data_format, (3, 4, 5), 2), {"data_format": data_format}
    candidates = [
        layers.Cropping3D(((1, 0), (0, 2), (1, 1)), **settings),
        layers.GlobalAveragePooling3D(**settings),
        layers.GlobalMaxPooling3D(keepdims=True, **settings),
        layers.ZeroPadding3D(((1, 0), (0, 2), (1, 1)), **settings),
        layers.ZeroPadding3D(1, **settings),
    ]
    assert_agreement(model_of_each(candidates, shape), numbers(2, *shape))


def test_dense_with_low_rank_adaptation():
    """Its kernel is the sum of two, and what fine-tuning learnt counts."""
    model = model_of(layers.Dense(4), shape=(6,))
    before = model.predict_on_batch(numbers(2, 6))
    model.layers[0].enable_lora(2)
    set_live_weights(model)
    (expected,), _ = assert_agreement(model, numbers(2, 6))
    assert clearly_different(expected, keras.ops.convert_to_numpy(before))
