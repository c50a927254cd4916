"""Every network of the collection, cut in several places, is the same as before."""

import keras
import numpy as np
import pytest

from amalthea import predictor
from amalthea.architectures import blocks_of
from amalthea.transfer import cut
from amalthea.transfer.cutting.freezing import freeze_before
from tests.descriptors import DESCRIPTORS
from tests.live_weights import clearly_different
from tests.transfer.cutting.pieces import TRAINS, alone, answers, assert_whole, classifier, pictures

SMALL = [descriptor for descriptor in DESCRIPTORS if descriptor.small]
OTHERS = [descriptor for descriptor in DESCRIPTORS if not descriptor.small]
# Of these, the ones that are quick enough to run wherever it is exact.
QUICK = ("VGG19", "ResNet101V2", "DenseNet169", "EfficientNetLite2")
SOME_SLOW = [
    descriptor if descriptor.name in QUICK else pytest.param(descriptor, marks=pytest.mark.slow)
    for descriptor in OTHERS
]


def ids(weights):
    return sorted(map(id, weights))


def check(model, x, expected):
    prefix, suffix = cut(model)
    assert_whole(prefix, suffix, x, expected)
    assert ids(suffix.trainable_weights) == ids(model.trainable_weights)
    assert not prefix.trainable_weights


def patterns_of(model):
    """Ways to freeze a network: all but its last two blocks, its first half, all but the head."""
    return [
        {"blocks": 2, "batchnorm": "train"},
        {"from_layer": model.layers[len(model.layers) // 2].name},
        {"from_layer": "head_scores"},
    ]


@pytest.mark.parametrize("descriptor", SMALL, ids=str)
def test_cut_in_several_places(descriptor):
    model = classifier(descriptor.name, **descriptor.settings)
    x = pictures(model)
    expected = answers(model, x)
    patterns = patterns_of(model)
    # where is the same on every backend, and some take seconds to compile each part
    for freezing in patterns if keras.config.backend() == "tensorflow" else patterns[:1]:
        freeze_before(model, variant=descriptor.name, **freezing)
        check(model, x, expected)


@pytest.mark.parametrize("descriptor", SOME_SLOW, ids=str)
@pytest.mark.single_backend
def test_larger_networks_cut_in_several_places(descriptor):
    model = classifier(descriptor.name, **descriptor.settings)
    x = pictures(model)
    expected = answers(model, x)
    patterns = [{"blocks": 1}, *patterns_of(model)[1:]]
    # OpenVINO compiles each part of the giants for a long time, and is not exact anyway
    for freezing in patterns[:1] if descriptor.giant and not TRAINS else patterns:
        freeze_before(model, variant=descriptor.name, **freezing)
        check(model, x, expected)


@pytest.mark.parametrize("descriptor", SMALL, ids=str)
@pytest.mark.single_backend
def test_every_block_ends_where_the_graph_is_narrow(descriptor):
    """One tensor carries all that the next block needs; in NASNet, where each cell reads the two before it, two.

    After a cell that halves the sides, the earlier one is read through two pools of a quarter, together the smaller.
    """
    model = classifier(descriptor.name, **descriptor.settings)
    blocks = len(blocks_of(descriptor.name, [layer.name for layer in model.layers]))
    widths = []
    for number in {1, 2, 3, blocks // 2, blocks - 1} if blocks > 12 else range(1, blocks):
        freeze_before(model, blocks=number, variant=descriptor.name)
        prefix, _ = cut(model)
        widths.append(len(prefix.outputs))
    assert set(widths) == ({2, 3} if "NASNet" in descriptor.name else {1})


@pytest.mark.parametrize(
    "descriptor", [*SMALL, *(pytest.param(descriptor, marks=pytest.mark.slow) for descriptor in OTHERS)], ids=str
)
@pytest.mark.single_backend
def test_the_prefix_in_the_runtime(descriptor):
    """As training will see it: features from the runtime, scores from Keras; equal to 1e-4 of what the scores span."""
    model = classifier(descriptor.name, **descriptor.settings)
    x = pictures(model)
    wanted = answers(model, x)[0]
    assert clearly_different(*wanted)
    for freezing in patterns_of(model)[1:]:
        freeze_before(model, variant=descriptor.name, **freezing)
        prefix, suffix = cut(model)
        features = keras.tree.flatten(predictor(prefix)(x))
        scores = answers(suffix, alone(features))[0]
        np.testing.assert_allclose(scores, wanted, rtol=0, atol=1e-4 * np.ptp(wanted), err_msg=str(freezing))


@pytest.mark.skipif(not TRAINS, reason="Keras' OpenVINO backend convolves channels_last only")
def test_channels_first():
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        model = classifier("MobileNet", alpha=0.25)
    finally:
        keras.config.set_image_data_format(before)
    assert model.input_shape == (None, 3, 32, 32)
    x = pictures(model)
    freeze_before(model, blocks=2, variant="MobileNet")
    check(model, x, answers(model, x))
