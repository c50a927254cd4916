"""Our networks and those of keras.applications, with equal live weights, on equal pictures: difference 0.0."""

from functools import partial
from importlib import import_module

import keras
import numpy as np
import pytest
from keras.src.applications.nasnet import NASNet

from amalthea import _keras
from amalthea.architectures import get_model
from amalthea.catalog import variant
from tests.descriptors import DESCRIPTORS, Descriptor
from tests.live_weights import clearly_different, copy_weights, set_live_weights, two_pictures, zero_one_layer
from tests.runtime.agreement import answers_of_keras

ONE_BACKEND = {"tensorflow": DESCRIPTORS}
SHARED = tuple(
    descriptor
    for descriptor in ONE_BACKEND.get(keras.config.backend(), [item for item in DESCRIPTORS if item.small])
    if descriptor.in_keras
)


# What Keras 3.15.1 would build on torch, did it not refuse to, for a defect of that backend that is mended.
NASNET_MOBILE = {
    "penultimate_filters": 1056,
    "num_blocks": 4,
    "stem_block_filters": 32,
    "skip_reduction": False,
    "filter_multiplier": 2,
    "default_size": 224,
    "name": "nasnet_mobile",
}


def reference(descriptor: Descriptor, **arguments):
    """The network of Keras, whose variables wait for a value."""
    build = getattr(import_module(f"keras.applications.{descriptor.module}"), descriptor.name)
    if descriptor.module == "nasnet":
        # Without top, Keras leaves the sides of NASNetLarge open, and its own weight file does not fit that network.
        side = variant(descriptor.name).size
        arguments.setdefault("input_shape", (side, side, 3))
    if keras.config.backend() in descriptor.refused:
        build = partial(NASNet, **NASNET_MOBILE)
    with _keras.no_initial_values():
        return build(weights=None, **descriptor.settings, **arguments)


def ours(descriptor: Descriptor, **arguments):
    """Our network, whose variables wait for a value."""
    with _keras.no_initial_values():
        return get_model(descriptor.name, weights=None, **descriptor.settings, **arguments)


def answers(model, pictures):
    (numbers,) = answers_of_keras(model, [pictures])
    return numbers


def assert_equal_networks(ours, theirs, shape):
    set_live_weights(theirs)
    copy_weights(theirs, ours)
    pictures = two_pictures(shape)
    expected = answers(theirs, pictures)
    assert clearly_different(expected[0], expected[1]), "the weights are not live"
    np.testing.assert_array_equal(answers(ours, pictures), expected)
    layer = zero_one_layer(ours)
    assert clearly_different(answers(ours, pictures), expected), f"zeroing {layer} went unnoticed"


def skip_what_keras_refuses(descriptor, data_format):
    if data_format in descriptor.refused:
        pytest.skip("Keras refuses it; a test of its own compares with the other data format")


@pytest.mark.single_backend
@pytest.mark.parametrize("descriptor", [item for item in SHARED if not item.giant], ids=str)
def test_logits_at_the_default_size(descriptor):
    theirs = reference(descriptor, classifier_activation=None)
    model = ours(descriptor, classifier_activation=None)
    assert_equal_networks(model, theirs, theirs.input_shape[1:])


@pytest.mark.parametrize("descriptor", [item for item in SHARED if item.small], ids=str)
def test_logits_at_another_size(descriptor, data_format):
    skip_what_keras_refuses(descriptor, data_format)
    side = descriptor.other_size
    shape = (3, side, side) if data_format == "channels_first" else (side, side, 3)
    theirs = reference(descriptor, classifier_activation=None, input_shape=shape)
    assert_equal_networks(ours(descriptor, classifier_activation=None, input_shape=shape), theirs, shape)


@pytest.mark.single_backend
@pytest.mark.parametrize("descriptor", SHARED, ids=str)
def test_features_at_another_size(descriptor, data_format):
    skip_what_keras_refuses(descriptor, data_format)
    side = descriptor.other_size
    shape = (3, side, side) if data_format == "channels_first" else (side, side, 3)
    theirs = reference(descriptor, include_top=False, input_shape=shape)
    assert_equal_networks(ours(descriptor, include_top=False, input_shape=shape), theirs, shape)


@pytest.mark.parametrize("data_format", ["channels_first"], indirect=True)
@pytest.mark.parametrize("descriptor", [item for item in SHARED if item.small and item.refused], ids=str)
def test_a_data_format_that_keras_refuses(descriptor, data_format):
    """Keras' network for the other one answers alike, on pictures that are turned round, but for rounding."""
    assert data_format in descriptor.refused
    side = descriptor.other_size
    model = ours(descriptor, include_top=False, input_shape=(3, side, side))
    keras.config.set_image_data_format("channels_last")
    theirs = reference(descriptor, include_top=False, input_shape=(side, side, 3))
    set_live_weights(theirs)
    copy_weights(theirs, model)
    pictures = two_pictures((side, side, 3))
    expected = answers(theirs, pictures).transpose(0, 3, 1, 2)
    pictures = pictures.transpose(0, 3, 1, 2)
    assert clearly_different(expected[0], expected[1]), "the weights are not live"
    np.testing.assert_allclose(answers(model, pictures), expected, rtol=0, atol=1e-4 * expected.std())
    layer = zero_one_layer(model)
    assert clearly_different(answers(model, pictures), expected), f"zeroing {layer} went unnoticed"


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [{}, {"include_top": False}, {"include_top": False, "pooling": "avg"}, {"include_top": False, "pooling": "max"}],
    ids=str,
)
@pytest.mark.parametrize("descriptor", SHARED, ids=str)
def test_saved_configuration(descriptor, arguments, data_format):
    skip_what_keras_refuses(descriptor, data_format)
    if descriptor.settings.get("alpha", 1) == 1 and not descriptor.small and arguments.get("pooling"):
        pytest.skip("the smallest of the family has the same pooling")
    keras.utils.clear_session()
    theirs = reference(descriptor, **arguments).get_config()
    keras.utils.clear_session()
    assert ours(descriptor, **arguments).get_config() == theirs


@pytest.mark.single_backend
def test_lite_has_the_layer_names_of_its_big_sister():
    """EfficientNetB0 without rescaling, normalisation, explicit padding, squeeze-excitation, stochastic depth."""
    left_out = ("rescaling", "normalization", "_pad", "_se_", "_drop")
    theirs = keras.applications.EfficientNetB0(weights=None)
    expected = [layer.name for layer in theirs.layers if not any(part in layer.name for part in left_out)]
    model = get_model("EfficientNetLite0", weights=None)
    assert [layer.name for layer in model.layers][1:] == [*expected[1:-1], "top_dropout", "predictions"]
