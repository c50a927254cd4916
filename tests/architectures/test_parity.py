"""Our networks and those of keras.applications, with equal live weights, on equal pictures: difference 0.0."""

import json
from importlib import import_module

import keras
import numpy as np
import pytest

from amalthea.architectures import get_model
from tests.descriptors import DESCRIPTORS, Descriptor
from tests.live_weights import clearly_different, set_live_weights, two_pictures, zero_one_layer

ONE_BACKEND = {"tensorflow": DESCRIPTORS}
SHARED = tuple(
    descriptor
    for descriptor in ONE_BACKEND.get(keras.config.backend(), [item for item in DESCRIPTORS if item.small])
    if descriptor.in_keras
)


def reference(descriptor: Descriptor, **arguments):
    module = import_module(f"keras.applications.{descriptor.module}")
    return getattr(module, descriptor.name)(weights=None, **descriptor.settings, **arguments)


def ours(descriptor: Descriptor, **arguments):
    return get_model(descriptor.name, weights=None, **descriptor.settings, **arguments)


def answers(model, pictures):
    return keras.ops.convert_to_numpy(model(pictures, training=False))


def assert_equal_networks(ours, theirs, shape):
    set_live_weights(theirs)
    ours.set_weights(theirs.get_weights())
    pictures = two_pictures(shape)
    expected = answers(theirs, pictures)
    assert clearly_different(expected[0], expected[1]), "the weights are not live"
    np.testing.assert_array_equal(answers(ours, pictures), expected)
    layer = zero_one_layer(ours)
    assert clearly_different(answers(ours, pictures), expected), f"zeroing {layer} went unnoticed"


@pytest.mark.single_backend
@pytest.mark.parametrize("descriptor", SHARED, ids=str)
def test_logits_at_the_default_size(descriptor):
    theirs = reference(descriptor, classifier_activation=None)
    model = ours(descriptor, classifier_activation=None)
    assert_equal_networks(model, theirs, theirs.input_shape[1:])


@pytest.mark.parametrize("descriptor", [item for item in SHARED if item.small], ids=str)
def test_logits_at_another_size(descriptor, data_format):
    side = descriptor.other_size
    shape = (3, side, side) if data_format == "channels_first" else (side, side, 3)
    theirs = reference(descriptor, classifier_activation=None, input_shape=shape)
    assert_equal_networks(ours(descriptor, classifier_activation=None, input_shape=shape), theirs, shape)


@pytest.mark.single_backend
@pytest.mark.parametrize("descriptor", SHARED, ids=str)
def test_features_at_another_size(descriptor, data_format):
    side = descriptor.other_size
    shape = (3, side, side) if data_format == "channels_first" else (side, side, 3)
    theirs = reference(descriptor, include_top=False, input_shape=shape)
    assert_equal_networks(ours(descriptor, include_top=False, input_shape=shape), theirs, shape)


@pytest.mark.parametrize(
    "arguments",
    [{}, {"include_top": False}, {"include_top": False, "pooling": "avg"}, {"include_top": False, "pooling": "max"}],
    ids=str,
)
@pytest.mark.parametrize("descriptor", SHARED, ids=str)
def test_saved_configuration(descriptor, arguments, data_format):
    if descriptor.settings.get("alpha", 1) == 1 and not descriptor.small and arguments.get("pooling"):
        pytest.skip("the smallest of the family has the same pooling")
    keras.utils.clear_session()
    theirs = json.loads(reference(descriptor, **arguments).to_json())
    keras.utils.clear_session()
    assert json.loads(ours(descriptor, **arguments).to_json()) == theirs


@pytest.mark.single_backend
def test_lite_has_the_layer_names_of_its_big_sister():
    """EfficientNetB0 without rescaling, normalisation, explicit padding, squeeze-excitation, stochastic depth."""
    left_out = ("rescaling", "normalization", "_pad", "_se_", "_drop")
    theirs = keras.applications.EfficientNetB0(weights=None)
    expected = [layer.name for layer in theirs.layers if not any(part in layer.name for part in left_out)]
    model = get_model("EfficientNetLite0", weights=None)
    assert [layer.name for layer in model.layers][1:] == [*expected[1:-1], "top_dropout", "predictions"]
