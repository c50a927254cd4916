"""Grad-CAM of every network of the collection, against the closed form where its head is pooling and one layer."""

import keras
import numpy as np
import pytest
from PIL import Image

from amalthea import explain
from amalthea.architectures import get_model, variant_of
from amalthea.images import scale
from amalthea.transfer.explanation.division import divided
from tests.descriptors import DESCRIPTORS
from tests.live_weights import built_alive
from tests.transfer.cutting.pieces import TRAINS, answers, numbers
from tests.transfer.explanation.pictures import as_map, noise
from tests.transfer.training.rows import trains

# The last feature map before its pooling, by the families' papers.
LAYERS = {
    "VGG16": "block5_conv3",
    "VGG19": "block5_conv4",
    "Xception": "block14_sepconv2_act",
    "ResNet50": "conv5_block3_out",
    "ResNet101": "conv5_block3_out",
    "ResNet152": "conv5_block3_out",
    "ResNet50V2": "post_relu",
    "ResNet101V2": "post_relu",
    "ResNet152V2": "post_relu",
    "ResNeXt50": "conv5_block3_out",
    "ResNeXt101": "conv5_block3_out",
    "InceptionV3": "mixed10",
    "InceptionResNetV2": "conv_7b_ac",
    "MobileNet": "conv_pw_13_relu",
    "MobileNetV2": "out_relu",
    "DenseNet121": "relu",
    "DenseNet169": "relu",
    "DenseNet201": "relu",
    "EfficientNetLite0": "top_activation",
    "EfficientNetLite1": "top_activation",
    "EfficientNetLite2": "top_activation",
}
# What is taken instead, unless another is wanted.
TAKEN = {"MobileNet": "conv_pw_12_relu"}
SMALL = [descriptor for descriptor in DESCRIPTORS if descriptor.small]
# Of these, the ones that are quick on JAX, too, which compiles each operation.
EVERYWHERE = ("VGG16", "MobileNet", "EfficientNetLite0")
BY_BACKEND = [
    descriptor if descriptor.name in EVERYWHERE else pytest.param(descriptor, marks=pytest.mark.single_backend)
    for descriptor in SMALL
]
OTHERS = [descriptor for descriptor in DESCRIPTORS if not descriptor.small]


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()


def built(descriptor):
    """With a classifier of five classes, for pictures that leave several positions in the last map."""
    side = 139 if "Inception" in descriptor.name else 75
    return built_alive(
        lambda: get_model(descriptor.name, weights=None, input_shape=(side, side, 3), classes=5, **descriptor.settings)
    )


def closed_form(model, layer, picture, number):
    """CAM; None where the head is more than pooling and one layer."""
    [kernel, *_] = [layer for layer in model.layers if layer.weights][-1].get_weights()
    part = keras.Model(model.inputs[0], model.get_layer(layer).output)
    channels = keras.ops.convert_to_numpy(part(scale(picture[None], variant_of(model).scaling)))[0]
    if channels.shape[-1] != kernel.shape[-2]:
        return None
    strengths = np.maximum(channels @ kernel.reshape(-1, 5)[:, number], 0)
    image = Image.fromarray(strengths).resize(picture.shape[1::-1], Image.Resampling.BICUBIC)
    return as_map(np.asarray(image))


def check_map(descriptor, model):
    picture = noise(*model.input_shape[1:3])
    last, taken = LAYERS.get(descriptor.name), TAKEN.get(descriptor.name)
    explanation = explain(model, picture)
    assert explanation.layer == (taken or last or explanation.layer)
    if taken:
        explanation = explain(model, picture, layer=last)
    assert explanation.map.shape == picture.shape[:2]
    assert (explanation.map.min() >= 0, explanation.map.max(), explanation.map.std() > 0) == (True, 1, True)
    expected = closed_form(model, explanation.layer, picture, int(explanation.target))
    assert (expected is None) == descriptor.name.startswith("VGG")
    if expected is not None:
        np.testing.assert_allclose(explanation.map, expected, rtol=0, atol=2e-3)


@trains
@pytest.mark.parametrize("descriptor", BY_BACKEND, ids=str)
def test_one_of_each_family(descriptor):
    check_map(descriptor, built(descriptor))


@pytest.mark.slow
@pytest.mark.single_backend
@pytest.mark.parametrize("descriptor", OTHERS, ids=str)
def test_all_others(descriptor):
    """The two parts make the whole, on every backend; and the map, where there are gradients."""
    model = built(descriptor)
    parts, x = divided(model), numbers(1, *model.input_shape[1:])
    assert parts.layer == LAYERS.get(descriptor.name, parts.layer)
    found, wanted = answers(parts.back, answers(parts.front, x))[0], answers(model, x)[0]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4)
    if TRAINS:
        check_map(descriptor, model)


@trains
@pytest.mark.single_backend
def test_a_network_for_pictures_of_any_size():
    """Whose shapes are open until a picture comes."""
    with_top = get_model("MobileNetV2", weights=None, alpha=0.35, input_shape=(96, 96, 3), classes=5)
    open_base = get_model("MobileNetV2", weights=None, alpha=0.35, include_top=False, pooling="avg")
    model = keras.Model(open_base.input, with_top.layers[-1](open_base.output), name="any_size")
    assert divided(model).layer == "out_relu"
    explanation = explain(model, noise(80, 70), scaling="tf", target="0")
    assert explanation.map.shape == (80, 70)
