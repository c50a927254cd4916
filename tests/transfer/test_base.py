"""The network under a classifier: of the catalogue, or the user's own."""

from pathlib import Path

import keras
import numpy as np
import pytest

from amalthea.architectures import get_model
from amalthea.catalog import Scaling, ScalingSteps, scaling_steps
from amalthea.errors import AmaltheaWarning, ArgumentError, UnknownModelError
from amalthea.images import Preparation
from amalthea.transfer.base import Wishes, base_of, side_lengths

SMALL = Wishes(weights=None, alpha=0.25)


def test_a_named_network_is_frozen_and_lacks_its_classifier():
    base = base_of("mobilenet", SMALL)
    assert base.variant == "MobileNet"
    assert base.preparation == Preparation(size=(224, 224), scaling=Scaling.TF.steps, interpolation="nearest")
    assert base.network.output_shape == (None, 7, 7, 256)
    assert base.network.trainable_weights == []


@pytest.mark.parametrize(("layer", "top"), [("conv_pw_13_relu", False), ("conv_preds", True)])
@pytest.mark.single_backend
def test_the_classifier_is_built_where_a_layer_of_it_is_named(layer, top):
    network = base_of("MobileNet", SMALL._replace(features=layer)).network
    assert any(part.name == "conv_preds" for part in network.layers) == top


@pytest.mark.single_backend
@pytest.mark.parametrize("weights", ["imagenet", Path("of_the_top.h5")])
def test_a_misspelt_layer_is_said_before_any_file_is_looked_for(weights):
    with pytest.raises(ArgumentError, match=r"'vgg16' has no layer 'block5_polo'. Did you mean block5_pool"):
        base_of("VGG16", Wishes(weights=weights, features="block5_polo", size=(150, 150)))


def test_wishes_reach_network_and_preparation(data_format):
    wishes = SMALL._replace(size=(96, 64), scaling=1 / 255, interpolation="bicubic")
    base = base_of("MobileNet", wishes)
    assert base.preparation == Preparation(size=(96, 64), scaling=ScalingSteps(divisor=255.0), interpolation="bicubic")
    assert base.network.input_shape == ((None, 3, 96, 64) if data_format == "channels_first" else (None, 96, 64, 3))


@pytest.mark.single_backend
def test_weights_are_those_of_the_file(cached_weights):
    file = cached_weights / "mobilenet_2_5_224_tf.h5"
    base = base_of("MobileNet", Wishes(weights=file, alpha=0.25, size=(64, 64)))
    original = get_model("MobileNet", alpha=0.25)
    wanted = original.get_layer("conv_pw_13").get_weights()[0]
    assert np.array_equal(base.network.get_layer("conv_pw_13").get_weights()[0], wanted)


def own_model(*shape: int | None) -> keras.Model:
    layers = [keras.layers.Conv2D(4, 3, data_format="channels_last"), keras.layers.BatchNormalization()]
    return keras.Sequential([keras.Input(shape), *layers], name="mine")


def test_a_model_is_taken_as_it_is():
    model = own_model(20, 30, 3)
    model.layers[0].trainable = False
    base = base_of(model, Wishes(scaling="torch"))
    assert base.network is model
    assert [layer.trainable for layer in model.layers] == [False, True]
    assert base.variant == ""
    assert base.preparation == Preparation(size=(20, 30), scaling=scaling_steps("torch"))


@pytest.mark.single_backend
def test_one_of_our_models_brings_scaling_and_interpolation():
    model = get_model("EfficientNetLite0", weights=None, include_top=False)
    base = base_of(model, Wishes())
    assert base.variant == "EfficientNetLite0"
    assert base.preparation == Preparation(size=(224, 224), scaling=Scaling.LITE.steps, interpolation="bicubic")
    assert base_of(model, Wishes(size=(64, 96))).preparation.size == (64, 96)
    assert base_of(model, Wishes(scaling=1)).preparation.scaling == ScalingSteps()


@pytest.mark.single_backend
def test_a_model_that_scales_pictures_itself_needs_no_scaling():
    """Unless it is said nevertheless, which can hardly be meant."""
    image = keras.Input((20, 30, 3), name="image")
    scaled = keras.layers.Rescaling(1 / 255, name="scaled")(image)
    model = keras.Model(image, own_model(20, 30, 3)(scaled), name="itself")
    assert base_of(model, Wishes()).preparation.scaling == ScalingSteps()
    with pytest.warns(AmaltheaWarning, match="^Model 'itself' scales pictures in its first layers"):
        assert base_of(model, Wishes(scaling="tf")).preparation.scaling == Scaling.TF.steps


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("shape", "wishes", "message"),
    [
        ((20, 30, 3), {}, r"'mine' does not say which pixels it expects\. Give scaling='caffe', 'tf'"),
        ((20, 30, 3), {"scaling": "tf", "size": (20, 20)}, r"\(20, 20\) pixels.*mine takes 20 × 30"),
        ((None, None, 3), {"scaling": "tf"}, "mine takes pictures of any size; say with image_size="),
        ((20, 30, 4), {"scaling": "tf"}, r"mine takes inputs of shape \(None, 20, 30, 4\)"),
        ((20, 30, 3), {"scaling": "tf", "alpha": 0.5}, "alpha=0.5: only a network given by its name takes it"),
        ((20, 30, 3), {"scaling": "vgg"}, "scaling='vgg' is unknown"),
    ],
)
def test_models_that_cannot_be_used(shape, wishes, message):
    with pytest.raises(ArgumentError, match=message):
        base_of(own_model(*shape), Wishes(**wishes))


@pytest.mark.single_backend
def test_what_is_no_model():
    class Own(keras.Model):
        pass

    for model in (None, 7, Own()):
        with pytest.raises(ArgumentError, match="is neither a name of the catalogue nor a functional"):
            base_of(model, Wishes(scaling="tf"))
    with pytest.raises(UnknownModelError, match="Did you mean VGG19 or VGG16"):
        base_of("VGG61", Wishes())
    with pytest.raises(ArgumentError, match="VGG16 takes no alpha"):
        base_of("VGG16", Wishes(weights=None, alpha=0.5))


@pytest.mark.single_backend
def test_sizes():
    assert side_lengths(None) is None
    assert side_lengths(np.int64(64)) == (64, 64)
    assert side_lengths([64, 96]) == (64, 96)
    for size in (0, -1, 64.0, "64", (64,), (64, 64, 3), (64, None), True):
        with pytest.raises(ArgumentError, match="allowed are a number of pixels, or"):
            side_lengths(size)
