"""The blocks of every network are those of its paper."""

import json

import pytest

from amalthea import _keras
from amalthea.architectures import Block, blocks_of, get_model
from amalthea.errors import UnknownModelError
from tests.architectures.structures import snapshot
from tests.descriptors import DESCRIPTORS

pytestmark = pytest.mark.single_backend

# How many, as the papers count them, and the last block's name and end.
BLOCKS = {
    "Xception": (14, "block14", "block14_sepconv2_act"),  # "structured into 14 modules"
    "VGG16": (5, "block5", "block5_pool"),
    "VGG19": (5, "block5", "block5_pool"),
    "ResNet50": (3 + 4 + 6 + 3, "conv5_block3", "conv5_block3_out"),  # table 1
    "ResNet101": (3 + 4 + 23 + 3, "conv5_block3", "conv5_block3_out"),
    "ResNet152": (3 + 8 + 36 + 3, "conv5_block3", "conv5_block3_out"),
    "ResNet50V2": (3 + 4 + 6 + 3, "conv5_block3", "conv5_block3_out"),
    "ResNet101V2": (3 + 4 + 23 + 3, "conv5_block3", "conv5_block3_out"),
    "ResNet152V2": (3 + 8 + 36 + 3, "conv5_block3", "conv5_block3_out"),
    "ResNeXt50": (3 + 4 + 6 + 3, "conv5_block3", "conv5_block3_out"),
    "ResNeXt101": (3 + 4 + 23 + 3, "conv5_block3", "conv5_block3_out"),
    "InceptionV3": (3 + 1 + 4 + 1 + 2, "mixed10", "mixed10"),  # with the two that halve the grid
    # one Inception, 10 + 20 + 10 residual blocks, two reductions: the weights' network, not the paper's 5 + 10 + 5
    "InceptionResNetV2": (1 + 10 + 1 + 20 + 1 + 10, "block8_10", "custom_scale_layer_39"),
    "MobileNet": (13, "conv_pw_13", "conv_pw_13_relu"),
    "MobileNetV2": (1 + 2 + 3 + 4 + 3 + 3 + 1, "block_16", "block_16_project_BN"),
    "DenseNet121": (4, "conv5", "conv5_block16_concat"),
    "DenseNet169": (4, "conv5", "conv5_block32_concat"),
    "DenseNet201": (4, "conv5", "conv5_block32_concat"),
    # two reductions of the stem, then N normal cells three times with a reduction between
    "NASNetMobile": (2 + 3 * 4 + 2, "normal_concat_12", "normal_concat_12"),
    "NASNetLarge": (2 + 3 * 6 + 2, "normal_concat_18", "normal_concat_18"),
    "EfficientNetLite0": (1 + 2 + 2 + 3 + 3 + 4 + 1, "block7a", "block7a_project_bn"),
    "EfficientNetLite1": (1 + 3 + 3 + 4 + 4 + 5 + 1, "block7a", "block7a_project_bn"),
    "EfficientNetLite2": (1 + 3 + 3 + 4 + 4 + 5 + 1, "block7a", "block7a_project_bn"),
}


@pytest.mark.parametrize("descriptor", DESCRIPTORS, ids=str)
def test_blocks_are_those_of_the_paper(descriptor):
    # the snapshots, which another test compares with the networks
    layers = [name for name, *_ in json.loads(snapshot(descriptor).read_text(encoding="utf-8"))]
    blocks = blocks_of(descriptor.name, layers)
    assert (len(blocks), *blocks[-1]) == BLOCKS[descriptor.name]
    ends = [layers.index(block.end) for block in blocks]
    assert ends == sorted(ends)
    assert len({block.name for block in blocks}) == len(blocks)


def test_every_variant_is_there():
    assert BLOCKS.keys() == {descriptor.name for descriptor in DESCRIPTORS}


def test_numbers_of_automatic_names_do_not_matter():
    """The second Xception of a session has an add_12 where the first has an add."""
    ends = []
    for _ in range(2):
        with _keras.no_initial_values():
            model = get_model("Xception", weights=None, include_top=False)
        layers = [layer.name for layer in model.layers]
        blocks = blocks_of("xception", layers)
        assert len(blocks) == 14
        ends.append([layers.index(block.end) for block in blocks])
        assert model.get_layer(blocks[3].end).output.shape[-1] == 728
    assert ends[0] == ends[1]


def test_a_network_that_ends_earlier_has_fewer_blocks():
    layers = ["image", "block1_conv1", "block1_conv2", "block1_pool", "block2_conv1", "head_scores"]
    assert blocks_of("VGG16", layers) == (Block("block1", "block1_pool"), Block("block2", "block2_conv1"))
    assert blocks_of("VGG16", ["flatten", "fc1"]) == ()
    assert blocks_of("Xception", ["add", "block1_conv1"]) == (Block("block1", "block1_conv1"),)


def test_an_unknown_network():
    with pytest.raises(UnknownModelError, match=r"no model 'VGG17'. Did you mean VGG19 or VGG16"):
        blocks_of("VGG17", [])
