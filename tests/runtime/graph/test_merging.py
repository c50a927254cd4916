"""Layers that make one tensor of several, which may be stored in different orders and have different ranks."""

import keras
import pytest
from keras import layers

from amalthea import _keras
from tests.live_weights import set_live_weights
from tests.runtime.agreement import assert_agreement, numbers
from tests.runtime.graph.layer_models import convolved

pytestmark = pytest.mark.single_backend

KINDS = [layers.Add, layers.Average, layers.Maximum, layers.Minimum, layers.Multiply, layers.Subtract]


def assert_merged(outputs, *inputs):
    model = keras.Model(list(inputs), outputs)
    set_live_weights(model)
    arrays = [numbers(2, *tensor.shape[1:], seed=seed) for seed, tensor in enumerate(inputs)]
    return assert_agreement(model, *arrays)


def test_tensors_that_are_stored_differently():
    """One comes from a convolution, the other as it is."""
    a, b = keras.Input((3, 4, 5)), keras.Input((3, 4, 5))
    moved = convolved(5)(a)
    outputs = [kind()(pair) for kind in KINDS for pair in ([a, b], [moved, b], [b, moved])]
    assert_merged(outputs, a, b)


def test_more_than_two_tensors():
    inputs = [keras.Input((3, 4, 5)) for _ in range(3)]
    parts = [inputs[0], convolved(5)(inputs[1]), inputs[2]]
    assert_merged([kind()(parts) for kind in [*KINDS, layers.Concatenate] if kind is not layers.Subtract], *inputs)


def test_the_mean_of_several_scores():
    """For groups of four pictures, at which OpenVINO 2026.4 ends the process where these are summed up one by one."""
    features = keras.Input((6,))
    scores = [layers.Dense(3)(layers.Dense(4, activation="relu")(features)) for _ in range(3)]
    model = keras.Model(features, layers.Average()(scores))
    set_live_weights(model)
    assert_agreement(model, numbers(4, 6))


def test_concatenate():
    a, b = keras.Input((3, 4, 5)), keras.Input((3, 4, 5))
    moved = convolved(5)(a)
    pairs = [a, b], [moved, b], [b, moved]
    assert_merged([layers.Concatenate(axis=axis)(pair) for axis in (1, 2, 3, -1) for pair in pairs], a, b)


def test_tensors_of_other_ranks_broadcast():
    """As the scores of a squeeze-and-excitation block meet its picture."""
    picture, pooled, features, words = (keras.Input(shape) for shape in [(3, 4, 5), (1, 1, 5), (5,), (3, 5)])
    moved = convolved(5)(picture)
    pairs = [moved, features], [features, moved], [moved, pooled], [pooled, picture], [words, features]
    assert_merged([kind()(pair) for kind in KINDS for pair in pairs], picture, pooled, features, words)


@pytest.mark.parametrize("scale", [0.17, 1.0, -2])
def test_adding_a_fraction(scale):
    """Of the second tensor, whichever of the two is stored in ONNX's order."""
    a, b = keras.Input((3, 4, 5)), keras.Input((3, 4, 5))
    moved = convolved(5)(a)
    layer = _keras.custom_scale_layer()(scale)
    assert_merged([layer([moved, b]), layer([b, moved])], a, b)


@pytest.mark.parametrize("normalize", [False, True])
def test_dot(normalize):
    shapes = {"five": (5,), "other": (5,), "high": (3, 5), "low": (4, 5), "wide": (5, 4), "deep": (3, 4, 5)}
    inputs = {name: keras.Input(shape) for name, shape in shapes.items()}
    calls = [
        ("five", "other", 1),
        ("five", "other", -1),
        ("high", "low", 2),
        ("high", "low", -1),
        ("high", "wide", (2, 1)),
        ("low", "wide", (1, 2)),
        ("high", "five", (2, 1)),
        ("five", "high", (-1, -1)),
        ("deep", "wide", (3, 1)),
        ("deep", "high", (1, 1)),
    ]
    outputs = [layers.Dot(axes, normalize=normalize)([inputs[a], inputs[b]]) for a, b, axes in calls]
    assert_merged(outputs, *inputs.values())
