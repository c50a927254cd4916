"""Which layers are trained, and which stay as they are."""

import keras
import pytest
from keras import layers

from amalthea.errors import ArgumentError
from amalthea.transfer.cutting.division import cut
from amalthea.transfer.cutting.freezing import freeze_before
from tests.transfer.cutting.pieces import classifier, small_base

pytestmark = pytest.mark.single_backend


def trained(model):
    """Names of the layers of which a weight is trained."""
    weights = set(map(id, model.trainable_weights))
    parts = [part for layer in model.layers for part in (layer.layers if isinstance(layer, keras.Model) else [layer])]
    return [part.name for part in parts if any(id(weight) in weights for weight in part.weights)]


def test_the_seeds_block5_of_vgg16():
    model = classifier("VGG16")
    freeze_before(model, from_layer="block5_conv1")
    assert trained(model) == ["block5_conv1", "block5_conv2", "block5_conv3", "head_scores"]
    prefix, _ = cut(model)
    assert prefix.layers[-1].name == "block4_pool"
    freeze_before(model, blocks=1, variant="VGG16")
    assert trained(model) == ["block5_conv1", "block5_conv2", "block5_conv3", "head_scores"]


def test_the_seeds_top_two_inception_blocks():
    """They freeze the first 249 layers of InceptionV3."""
    model = classifier("InceptionV3")
    freeze_before(model, blocks=2, variant="inception_v3", batchnorm="train")
    later = [layer.name for layer in model.layers[249:] if layer.trainable_weights]
    assert trained(model) == later
    assert len(later) == 2 * (9 + 9) + 1  # convolutions and normalisations of two blocks, and the classifier


@pytest.mark.parametrize(
    ("name", "block", "count"),
    [("VGG16", "block5", 1), ("InceptionV3", "mixed9", 2), ("MobileNetV2", "block_16", 1), ("VGG16", "block1", 5)],
)
def test_the_name_of_a_block_is_the_number_of_blocks_from_it_on(name, block, count):
    model = classifier(name)
    freeze_before(model, blocks=count, variant=name)
    expected = trained(model)
    freeze_before(model, blocks=2 if count == 1 else 1, variant=name)
    assert trained(model) != expected
    freeze_before(model, from_layer=block, variant=name)
    assert trained(model) == expected


def test_a_layer_with_weights_is_meant_before_a_block():
    model = classifier("MobileNet", alpha=0.25)
    freeze_before(model, from_layer="conv_pw_13", variant="MobileNet")
    assert trained(model) == ["conv_pw_13", "head_scores"]
    freeze_before(model, blocks=1, variant="MobileNet")
    assert trained(model) == ["conv_dw_13", "conv_pw_13", "head_scores"]


def test_a_block_that_is_not_there():
    model = classifier("VGG16")
    with pytest.raises(ArgumentError, match=r"has no layer 'block6'\. Did you mean block5"):
        freeze_before(model, from_layer="block6", variant="VGG16")


def test_all_blocks():
    model = classifier("VGG16")
    freeze_before(model, blocks=5, variant="VGG16")
    assert len(model.trainable_weights) == len(model.weights)


def test_a_shortcut_beside_the_layer_is_trained_too():
    model = classifier("ResNet50")
    freeze_before(model, from_layer="conv5_block1_2_conv")
    names = trained(model)
    assert names[0] == "conv5_block1_2_conv"
    assert "conv5_block1_0_conv" in names
    assert "conv5_block1_1_conv" not in names
    assert [tensor.name for tensor in cut(model)[1].inputs] == ["conv4_block6_out_output", "conv5_block1_1_relu_output"]


@pytest.mark.parametrize("name", ["Xception", "ResNet50V2"])
def test_the_shortcut_of_a_frozen_block_is_frozen(name):
    model = classifier(name)
    freeze_before(model, blocks=2, variant=name)
    prefix, _ = cut(model)
    assert len(prefix.outputs) == 1
    assert not set(trained(model)) & {layer.name for layer in prefix.layers}


def test_batch_normalisation():
    model = classifier("MobileNet", alpha=0.25)
    freeze_before(model, from_layer="conv_pw_13")
    assert trained(model) == ["conv_pw_13", "head_scores"]
    freeze_before(model, from_layer="conv_pw_13", batchnorm="train")
    assert trained(model) == ["conv_pw_13", "conv_pw_13_bn", "head_scores"]
    freeze_before(model, from_layer="head_scores")
    assert trained(model) == ["head_scores"]


def whole():
    return keras.Sequential([small_base(), layers.Flatten(), layers.Dense(2, name="scores")], name="whole")


def test_models_inside():
    model = whole()
    base = model.get_layer("base")
    base.trainable = False
    freeze_before(model, from_layer="conv2")
    assert trained(model) == ["conv2", "scores"]
    assert base.trainable
    freeze_before(model, from_layer="bn1", batchnorm="train")
    assert trained(model) == ["bn1", "conv2", "bn2", "scores"]
    freeze_before(model, from_layer="conv1", batchnorm="train")
    assert trained(model) == ["conv1", "bn1", "conv2", "bn2", "scores"], "what was frozen before is trained again"


def test_a_layer_used_several_times_is_frozen_where_one_of_its_uses_is_needed():
    image = keras.Input((4,))
    shared, other = layers.Dense(4, name="shared"), layers.Dense(4, name="other")
    model = keras.Model(image, shared(layers.Dense(4, name="middle")(shared(image))) + other(image))
    freeze_before(model, from_layer="middle")
    assert sorted(trained(model)) == ["middle", "other"]
    freeze_before(model, from_layer="shared")
    assert sorted(trained(model)) == ["other", "shared"], "of its second use, middle is needed"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"from_layer": "conv_2"}, r"Model 'whole' has no layer 'conv_2'. Did you mean conv2 or conv1\?"),
        ({"from_layer": 15}, "no layer 15. Its last ones are .*flatten, scores"),
        ({}, "from_layer=None and blocks=None; give one of them"),
        ({"from_layer": "conv2", "blocks": 1}, "from_layer='conv2' and blocks=1; give one of them"),
        ({"from_layer": "conv2", "batchnorm": False}, "batchnorm=False; allowed are 'frozen' and 'train'"),
        ({"blocks": 1}, "blocks=1: which layers of model 'whole' form a block is not known.* Use from_layer"),
        ({"blocks": 1, "variant": "VGG16"}, "blocks=1; VGG16 has 0 blocks in this model"),
    ],
)
def test_wrong_arguments(settings, message):
    model = whole()
    before = [layer.trainable for layer in model.layers]
    with pytest.raises(ArgumentError, match=message):
        freeze_before(model, **settings)
    assert [layer.trainable for layer in model.layers] == before


@pytest.mark.parametrize("blocks", [0, 6, -1, 1.0, True, "1"])
def test_wrong_numbers_of_blocks(blocks):
    from amalthea.architectures import get_model

    model = get_model("VGG16", weights=None, include_top=False, input_shape=(32, 32, 3))
    with pytest.raises(ArgumentError, match=f"blocks={blocks!r}; VGG16 has 5 blocks: block1 to block5. Give a number"):
        freeze_before(model, blocks=blocks)
