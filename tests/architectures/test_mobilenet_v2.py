"""MobileNetV2's own: two orders of arguments, and the depth multiplier that Keras no longer has."""

import inspect

import keras
import numpy as np
import pytest

from amalthea.architectures.mobilenet_v2 import MobileNetV2
from amalthea.errors import AmaltheaWarning, ArgumentError, DownloadError
from tests.architectures.test_parity import answers
from tests.live_weights import clearly_different, set_live_weights, two_pictures

pytestmark = pytest.mark.single_backend

SHAPE = (32, 32, 3)
SMALL = {"input_shape": SHAPE, "alpha": 0.35, "weights": None}


def test_the_order_of_the_first_arguments():
    order = ["input_shape", "alpha", "depth_multiplier", "include_top", "weights", "input_tensor", "pooling", "classes"]
    assert list(inspect.signature(MobileNetV2).parameters)[:8] == order


def test_positional_arguments_of_keras_2():
    model = MobileNetV2(SHAPE, 0.35, 2, False, None, keras.Input(SHAPE), "avg")
    assert model.output_shape == (None, 1280)
    assert model.get_layer("block_1_depthwise").depth_multiplier == 2
    assert MobileNetV2(SHAPE, 0.35, 1, True, None, None, None, 7).output_shape == (None, 7)


@pytest.mark.parametrize("top", [True, False, np.True_, np.False_])
def test_positional_arguments_of_keras_3(top):
    arguments = (SHAPE, 0.35, top, None, keras.Input(SHAPE), None if top else "max", 7 if top else 1000, None, "mine")
    ours, theirs = MobileNetV2(*arguments), keras.applications.MobileNetV2(*arguments)
    assert (ours.name, ours.output_shape) == (theirs.name, theirs.output_shape)
    assert [layer.name.partition("_pooling")[0] for layer in ours.layers] == [
        layer.name.partition("_pooling")[0] for layer in theirs.layers
    ]
    assert ours.layers[-1].get_config().get("activation") == theirs.layers[-1].get_config().get("activation")


def test_a_third_argument_of_keras_3_with_names_after_it():
    model = MobileNetV2(SHAPE, 0.35, False, weights=None, pooling="avg")
    assert model.output_shape == (None, 1280)


@pytest.mark.parametrize("name", ["include_top", "depth_multiplier", "weights"])
def test_an_argument_given_twice(name):
    with pytest.raises(TypeError, match=f"MobileNetV2.* multiple values for argument '{name}'"):
        MobileNetV2(SHAPE, 0.35, False, None, **{name: 1})


def test_a_depth_multiplier_of_two_makes_two_of_every_channel():
    """Two equal channels, of which the projection takes half each, are one: then Keras' network answers the same."""
    theirs = keras.applications.MobileNetV2(**SMALL, classifier_activation=None)
    set_live_weights(theirs)
    ours = MobileNetV2(**SMALL, classifier_activation=None, depth_multiplier=2)
    pictures = two_pictures(SHAPE)
    expected = answers(theirs, pictures)
    for mine, original in zip(ours.layers, theirs.layers, strict=True):
        arrays = original.get_weights()
        if original.name.endswith("depthwise"):
            arrays = [np.repeat(kernel, 2, axis=3) for kernel in arrays]
        elif original.name.endswith("depthwise_BN"):
            arrays = [np.repeat(array, 2) for array in arrays]
        elif original.name.endswith("project"):
            arrays = [np.repeat(kernel / 2, 2, axis=2) for kernel in arrays]
        mine.set_weights(arrays)
    np.testing.assert_allclose(answers(ours, pictures), expected, rtol=0, atol=1e-4 * expected.std())
    depthwise = ours.get_layer("block_5_depthwise")
    depthwise.set_weights([kernel * np.array([1, 0], np.float32) for kernel in depthwise.get_weights()])
    assert clearly_different(answers(ours, pictures), expected)


def test_names():
    assert MobileNetV2(**SMALL).name == "mobilenetv2_0.35_32"
    assert MobileNetV2(weights=None, include_top=False, alpha=0.5).name == "mobilenetv2_0.50_None"


@pytest.mark.parametrize("alpha", [1e-9, 0.1, 1 / 3, 2])
def test_every_width_above_zero_is_one(alpha):
    settings = {"input_shape": SHAPE, "weights": None, "include_top": False, "alpha": alpha}
    ours, theirs = MobileNetV2(**settings), keras.applications.MobileNetV2(**settings)
    assert [layer.output.shape for layer in ours.layers] == [layer.output.shape for layer in theirs.layers]


WRONG = {
    "no width": ({"alpha": 0}, "MobileNetV2: alpha=0 is not a width above 0"),
    "negative width": ({"alpha": -1.0}, r"MobileNetV2: alpha=-1.0 is not a width above 0"),
    "infinite width": ({"alpha": float("inf")}, "MobileNetV2: alpha=inf is not a width above 0"),
    "no number": ({"alpha": float("nan")}, "MobileNetV2: alpha=nan is not a width above 0"),
    "width as text": ({"alpha": "0.5"}, "MobileNetV2: alpha='0.5' is not a width above 0"),
    "width of the first version": (
        {"alpha": 0.25},
        "MobileNetV2: weights='imagenet' exist for alpha 0.35, 0.5, 0.75, 1.0, 1.3, 1.4, not for alpha=0.25.*None",
    ),
    "fraction": ({"depth_multiplier": 1.5}, "MobileNetV2: depth_multiplier=1.5 is not a positive whole number"),
    "zero": ({"depth_multiplier": 0}, "MobileNetV2: depth_multiplier=0 is not a positive whole number"),
    "named bool": ({"depth_multiplier": True}, "MobileNetV2: depth_multiplier=True is not a positive whole number"),
    "untrained": ({"depth_multiplier": 2}, "MobileNetV2: depth_multiplier=2, but weights='imagenet' exist for 1 only"),
    "too small": ({"input_shape": (31, 32, 3), "weights": None}, "MobileNetV2: .*sides must be at least 32 pixels"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_arguments(case):
    arguments, message = WRONG[case]
    with pytest.raises(ArgumentError, match=message):
        MobileNetV2(**arguments)


def test_the_old_order_with_bools_is_said():
    """What would be ``depth_multiplier, include_top`` of Keras 2 is ``include_top, weights`` of Keras 3."""
    with pytest.raises(ArgumentError, match="MobileNetV2: weights=False; allowed are None, 'imagenet' and the path"):
        MobileNetV2(SHAPE, 1.0, True, False)


def test_the_sizes_of_a_width_are_those_that_exist(monkeypatch):
    monkeypatch.setenv("AMALTHEA_OFFLINE", "1")
    with (
        pytest.warns(AmaltheaWarning, match=r"weights exist for \[224\] pixels, not for 96; those for 224 are loaded"),
        pytest.raises(DownloadError, match=r"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1\.4_224\.h5"),
    ):
        MobileNetV2((96, 96, 3), 1.4)
