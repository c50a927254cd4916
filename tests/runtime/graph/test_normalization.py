"""Layers that normalise, over every axis and in every order of storage."""

import itertools

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import UnsupportedLayerError
from amalthea.runtime import to_onnx
from tests.live_weights import clearly_different, set_live_weights
from tests.runtime.agreement import answers_of_graph, assert_agreement, numbers
from tests.runtime.graph.layer_models import convolved, model_of, model_of_each

pytestmark = pytest.mark.single_backend

stored_both_ways = pytest.mark.parametrize("before", [False, True], ids=["as it comes", "after a convolution"])


def assert_normalized(candidates, shape, before=False):
    model = model_of_each(candidates, shape, before=[convolved(shape[-1])] if before else [])
    given = 3 * numbers(2, *shape) + 1
    answers, _ = assert_agreement(model, given)
    assert all(clearly_different(answer, given) for answer in answers)
    return answers


@stored_both_ways
def test_batch_normalization(before):
    choices = itertools.product([1, 2, 3, -1], [True, False], [True, False])
    candidates = [layers.BatchNormalization(axis, center=c, scale=s, epsilon=0.1) for axis, c, s in choices]
    assert_normalized(candidates, (4, 5, 6), before)


@pytest.mark.parametrize("shape", [(7,), (5, 7), (2, 3, 4, 5)])
def test_batch_normalization_of_other_ranks(shape):
    assert_normalized([layers.BatchNormalization(axis=axis) for axis in (1, -1)], shape)


def test_batch_renormalization_predicts_by_moving_statistics():
    assert_normalized([layers.BatchNormalization(renorm=True)], (7,))


def test_moving_statistics_that_changed_after_building_count():
    model = model_of(layers.BatchNormalization(), shape=(7,))
    _, before = assert_agreement(model, numbers(3, 7))
    set_live_weights(model, seed=5)
    (expected,), _ = assert_agreement(model, numbers(3, 7))
    assert clearly_different(answers_of_graph(before, [numbers(3, 7)])["OpenVINO"][0], expected)


@stored_both_ways
def test_layer_normalization(before):
    axes = [-1, 1, 2, (1, 2), (2, 3), (3, 1), (1, 2, 3)]
    if keras.config.backend() == "torch":
        axes = [-1, (2, 3), (1, 2, 3)]  # Keras 3.15.1 takes any others for the last ones there
    assert_normalized([layers.LayerNormalization(axis=axis, epsilon=0.01) for axis in axes], (4, 5, 6), before)


def test_layer_normalization_without_weights():
    choices = [(False, True), (True, False), (False, False)]
    assert_normalized([layers.LayerNormalization(center=c, scale=s) for c, s in choices], (5, 6))


def test_layer_normalization_of_axes_that_keras_confuses():
    model = keras.Sequential([keras.Input((4, 5, 6)), layers.LayerNormalization(axis=(-1, 1), name="own")])
    with pytest.raises(UnsupportedLayerError, match=r"'own' of type LayerNormalization .*\(-1, 1\) count from both"):
        to_onnx(model)


@stored_both_ways
def test_group_normalization(before):
    choices = itertools.product([1, 2, 3, 6, -1], [-1, 1])  # there are 6 channels in the last axis, and 6 rows
    assert_normalized([layers.GroupNormalization(groups, axis=axis) for groups, axis in choices], (6, 5, 6), before)


@pytest.mark.parametrize("shape", [(6,), (5, 6), (2, 3, 4, 6)])
def test_group_normalization_of_other_ranks(shape):
    assert_normalized([layers.GroupNormalization(3, center=False)], shape)


def test_group_normalization_of_open_sizes():
    assert_agreement(model_of(layers.GroupNormalization(2), shape=(None, None, 4)), numbers(2, 5, 7, 4))


@stored_both_ways
def test_rms_normalization(before):
    assert_normalized([layers.RMSNormalization(axis=axis) for axis in [-1, (2, 3), (1, 2, 3)]], (4, 5, 6), before)


@stored_both_ways
def test_unit_normalization(before):
    axes = [-1, 1, (1, 2)]
    answers = assert_normalized([layers.UnitNormalization(axis=axis) for axis in axes], (4, 5, 6), before)
    for axis, expected in zip(axes, answers, strict=True):
        np.testing.assert_allclose((expected**2).sum(axis=axis), 1, rtol=1e-4)


def test_unit_normalization_of_nothing():
    (expected,), _ = assert_agreement(model_of(layers.UnitNormalization(), shape=(5,)), np.zeros((2, 5), np.float32))
    assert not expected.any()


def test_spectral_normalization():
    """Outside training, it is its layer: the kernel that training normalised is what the layer holds."""
    inner = [layers.Conv2D(4, 3, data_format="channels_last", name="one"), layers.Dense(4, name="other")]
    model = model_of_each([layers.SpectralNormalization(layer) for layer in inner], (5, 6, 3))
    assert_agreement(model, numbers(2, 5, 6, 3))


@stored_both_ways
def test_normalization(before):
    statistics = [
        (-1, [1.0, 2.0, 3.0], [4.0, 5.0, 0.0]),  # 0 counts as a little more
        (None, 1.5, 4.0),
        (1, [1.0, 2.0, 3.0, 4.0], [1.0] * 4),
        ((1, 3), np.arange(12.0).reshape(4, 3), np.arange(1.0, 13).reshape(4, 3)),
    ]
    candidates = [
        layers.Normalization(axis=axis, mean=mean, variance=variance, invert=invert)
        for axis, mean, variance in statistics
        for invert in (False, True)
    ]
    assert_normalized(candidates, (4, 5, 3), before)


@pytest.mark.parametrize("axis", [-1, (1, 3)], ids=str)
def test_normalization_that_was_adapted(axis):
    layer = layers.Normalization(axis=axis)
    pictures = 5 * numbers(20, 4, 5, 3) + 7
    layer.adapt(pictures)
    model = keras.Sequential([keras.Input((4, 5, 3)), layer])
    (expected,), _ = assert_agreement(model, pictures)
    assert abs(expected.mean()) < 0.01


@stored_both_ways
def test_rescaling(before):
    settings = [(1 / 255, 0), (1 / 127.5, -1), ([0.1, 0.2, 0.3], 0.0), ([0.1, 0.2, 0.3], [1.0, 2.0, 3.0])]
    assert_normalized([layers.Rescaling(scale, offset) for scale, offset in settings], (4, 5, 3), before)


def test_rescaling_follows_the_setting_of_keras():
    """It has no data format of its own: a scale for each channel goes by the one of the moment."""
    model = model_of(layers.Rescaling([0.1, 0.2, 0.3]), shape=(3, 5, 3))
    (last,), _ = assert_agreement(model, numbers(2, 3, 5, 3))
    keras.config.set_image_data_format("channels_first")
    try:
        (first,), _ = assert_agreement(model, numbers(2, 3, 5, 3))
    finally:
        keras.config.set_image_data_format("channels_last")
    assert clearly_different(first, last)
