"""NASNet's sides: its layers depend on them, so they are never open."""

import re

import keras
import numpy as np
import pytest
from keras.src.applications.nasnet import NASNet

from amalthea import _keras
from amalthea.architectures import get_model, variant_of
from amalthea.architectures.nasnet import NASNetLarge, NASNetMobile
from amalthea.errors import ArgumentError
from tests.architectures.test_parity import NASNET_MOBILE
from tests.live_weights import built_alive

pytestmark = pytest.mark.single_backend


def theirs(**arguments):
    return NASNet(**NASNET_MOBILE, weights=None, include_top=False, **arguments)


def weighted(model):
    return sum(bool(layer.weights) for layer in model.layers)


def test_without_top_and_shape_the_large_one_fits_its_file():
    """That file holds 532 layers with weights, and Keras, which leaves the sides open, builds 526."""
    with _keras.no_initial_values():
        model = NASNetLarge(include_top=False, weights=None)
        assert weighted(NASNet((None, None, 3), include_top=False, weights=None)) == 526
    assert weighted(model) == 532
    assert model.input_shape == (None, 331, 331, 3)
    assert variant_of(model).name == "NASNetLarge"


def test_without_top_and_shape_the_small_one_is_that_of_its_file():
    with _keras.no_initial_values():
        assert NASNetMobile(include_top=False, weights=None).input_shape == (None, 224, 224, 3)


@pytest.mark.parametrize("shape", [(32, 33, 3), (101, 64, 1)], ids=str)
def test_every_size_is_padded_as_in_keras(shape):
    keras.utils.clear_session()
    with _keras.no_initial_values():
        expected = theirs(input_shape=shape).get_config()
        keras.utils.clear_session()
        assert NASNetMobile(shape, include_top=False, weights=None).get_config() == expected


def test_a_file_serves_other_sizes(tmp_path):
    """Sides decide about padding, not about weights."""
    path = tmp_path / "mobile.h5"
    trained = built_alive(lambda: theirs(input_shape=(224, 224, 3)))
    trained.save(path)
    model = NASNetMobile((75, 96, 3), include_top=False, weights=path)
    for found, expected in zip(model.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_the_shape_may_come_from_a_tensor():
    with _keras.no_initial_values():
        model = NASNetMobile(input_tensor=keras.Input((64, 48, 3)), include_top=False, weights=None)
    assert model.output_shape == (None, 2, 2, 1056)


OPEN = r"NASNetMobile: pictures of shape {} .*its layers depend on both sides, which must be given, such as 224"
WRONG = {
    "open": (lambda: NASNetMobile((None, None, 3), False, None), OPEN.format(r"\(None, None, 3\)")),
    "half open": (lambda: NASNetMobile((224, None, 3), weights=None), OPEN.format(r"\(224, None, 3\)")),
    "imagenet": (lambda: NASNetMobile([None, None, 3], include_top=False), OPEN.format(r"\[None, None, 3\]")),
    "tensor": (
        lambda: NASNetMobile(input_tensor=keras.Input((None, None, 3)), include_top=False, weights=None),
        OPEN.format(r"\(None, None, 3\)"),
    ),
    "small": (lambda: NASNetLarge((31, 331, 3), weights=None), "NASNetLarge: .*at least 32 pixels"),
    "order": (lambda: NASNetLarge(True), "NASNetLarge: input_shape=True is not a shape such as"),
    "classes": (lambda: NASNetMobile(classes=5), "NASNetMobile: classes=5, but the classifier of weights='imagenet'"),
    "alpha": (lambda: get_model("nasnet-mobile", alpha=0.5), "NASNetMobile takes no alpha; it takes input_shape, incl"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_arguments(case):
    build, message = WRONG[case]
    with pytest.raises(ArgumentError, match=re.compile(message, re.DOTALL)):
        build()


def test_the_documentation_says_so():
    assert "sides of at least 32 pixels" in NASNetLarge.__doc__
    assert "None is (331, 331, 3) with the classifier, or without; a side cannot be None" in NASNetLarge.__doc__
