"""Models whose first layers scale pictures are known as such, and only these."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import amalthea
from amalthea import _keras
from amalthea.applications import imagenet_utils
from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.runtime.exporting.trial import trial_of
from amalthea.runtime.own_scaling import scales_itself
from tests.live_weights import built_alive
from tests.runtime.agreement import answers_of_keras
from tests.runtime.test_saving import CLASSES

pytestmark = pytest.mark.single_backend

SHAPE = (40, 36, 3)
LAST = {"data_format": "channels_last"}


def model_of(*first, name="own"):
    """A small classifier behind some steps."""
    given = x = keras.Input(SHAPE)
    for number, step in enumerate(first):
        if isinstance(step, keras.Layer):
            step.name = f"{name}_{number}"
        x = step(x)
    x = layers.Conv2D(8, 5, strides=3, activation="relu", name="conv", **LAST)(x)
    x = layers.GlobalAveragePooling2D(name="mean", **LAST)(x)
    return keras.Model(given, layers.Dense(5, activation="softmax", name="scores")(x), name=name)


def nested(*steps):
    return keras.Sequential([keras.Input(SHAPE), *steps], name="inner")


def two_ways_inside():
    """A model whose only input goes through two layers, that may make anything of it."""
    given = keras.Input(SHAPE)
    ways = [layers.Conv2D(3, 1, name=f"way_{number}", **LAST)(given) for number in range(2)]
    return keras.Model(given, layers.Add(name="joined")(ways), name="inner")


ITSELF = {
    "rescaling": lambda: [layers.Rescaling(1 / 255)],
    "from -1 to 1": lambda: [layers.Rescaling(1 / 127.5, offset=-1)],
    "by channel": lambda: [layers.Rescaling([1 / 58, 1 / 57, 1 / 57], offset=[-2.1, -2.0, -1.8])],
    "normalization": lambda: [layers.Normalization(mean=[124, 117, 104], variance=[58**2, 57**2, 57**2])],
    "behind augmentation": lambda: [nested(layers.RandomFlip(), layers.RandomRotation(0.1)), layers.Rescaling(0.01)],
    "behind resizing": lambda: [layers.Resizing(30, 30, **LAST), layers.Rescaling(1 / 255)],
    "in a model inside": lambda: [nested(layers.Rescaling(1 / 255), layers.ReLU())],
    "a division": lambda: [lambda x: x / 127.5 - 1],
    "a product": lambda: [lambda x: x * 0.01],
    "a product from the left": lambda: [lambda x: 0.01 * x],
    "ours": lambda: [lambda x: imagenet_utils.preprocess_input(x, mode="torch")],
}
NOT = {
    "nothing": lambda: [],
    "from [0, 1]": lambda: [layers.Rescaling(2, offset=-1)],
    "numbers that are scaled": lambda: [layers.Normalization(mean=[0.5] * 3, variance=[0.06] * 3)],
    "behind a convolution": lambda: [layers.Conv2D(3, 1), layers.Rescaling(1 / 255)],
    "two ways": lambda: [lambda x: layers.Add()([layers.Rescaling(1 / 255)(x), x])],
    "two ways in a model inside": lambda: [two_ways_inside(), layers.Rescaling(1 / 255)],
    "something added first": lambda: [lambda x: 255 / (x + 1)],
    "the other way round": lambda: [lambda x: 255 / x],
    "by an array": lambda: [lambda x: x / np.full(3, 255, "float32")],
    "a mean that is subtracted": lambda: [lambda x: x - 128],
    "inverted": lambda: [layers.Normalization(mean=[1, 1, 1], variance=[1, 1, 1], invert=True)],
}


@pytest.mark.parametrize("steps", ITSELF)
def test_models_that_do(steps):
    assert scales_itself(model_of(*ITSELF[steps]()))


@pytest.mark.parametrize("steps", NOT)
def test_models_of_which_nobody_can_be_sure(steps):
    model = model_of(*NOT[steps]())
    assert not scales_itself(model)
    with pytest.raises(ArgumentError, match=r"'own' does not say which pixels it expects\. Give scaling='caffe'"):
        amalthea.predictor(model, preprocess=True)


def test_what_is_no_model_of_pictures():
    pair = [keras.Input((2,)), keras.Input((2,))]
    assert not scales_itself(keras.Model(pair, ops.add(*pair)))
    assert not scales_itself("own")


@pytest.mark.parametrize("theirs", ["EfficientNetB0", "MobileNetV3Small", "ConvNeXtTiny"])
def test_networks_of_keras_that_scale_pictures_inside(theirs):
    with _keras.no_initial_values():
        model = getattr(keras.applications, theirs)(weights=None, input_shape=(32, 32, 3), classes=2)
    assert scales_itself(model)


@pytest.mark.parametrize("variant", [None, "MobileNet"])
def test_a_variant_does_not_scale_once_more(variant, tmp_path):
    """It may stand behind the layer that scales; a file of it, and one that is exported, answer as Keras does."""
    model = built_alive(lambda: model_of(*ITSELF["from -1 to 1"]()))
    pixels = np.random.default_rng(0).integers(0, 256, (4, *SHAPE), np.uint8)
    [expected] = answers_of_keras(model, [pixels.astype("float32")])
    amalthea.save(model, tmp_path / "own.onnx", classes=CLASSES, variant=variant)
    np.testing.assert_allclose(amalthea.load(tmp_path / "own.onnx")(pixels), expected, rtol=0, atol=1e-5)
    shown = trial_of(model, pixels[0], {"classes": CLASSES, "variant": variant, "size": SHAPE[:2]})
    np.testing.assert_allclose(shown.expected[0], expected[:1], rtol=0, atol=1e-5)


def test_pictures_go_in_as_they_are_decoded(tmp_path):
    model = built_alive(lambda: model_of(*ITSELF["from -1 to 1"]()))
    pixels = np.random.default_rng(0).integers(0, 256, (4, *SHAPE), np.uint8)
    [expected] = answers_of_keras(model, [pixels.astype("float32")])
    np.testing.assert_allclose(amalthea.predictor(model, preprocess=True)(pixels), expected, rtol=0, atol=1e-5)
    amalthea.save(model, tmp_path / "own.onnx", classes=CLASSES)
    np.testing.assert_allclose(amalthea.load(tmp_path / "own.onnx")(pixels), expected, rtol=0, atol=1e-5)
    # What is said counts nevertheless.
    with pytest.warns(AmaltheaWarning, match=r"^Model 'own' scales pictures in its first layers, and scaling= does so"):
        said = amalthea.predictor(model, preprocess=True, scaling=1 / 255)(pixels)
    assert np.abs(said - expected).max() > 1e-4
