"""Our networks with checkpoints of torchvision and timm, and theirs: the same answers to the same pictures.

Runs where torchvision is: ``nox -s torchvision``. Elsewhere test_checkpoints.py checks names and shapes alone.
"""

import re

import keras
import numpy as np
import pytest
from PIL import Image

import amalthea
from amalthea.architectures import get_model, variant_of
from amalthea.catalog import Scaling
from amalthea.errors import AmaltheaWarning
from amalthea.images import scale
from amalthea.weights.checkpoints import recognise
from tests.live_weights import clearly_different, two_pictures, zero_one_layer
from tests.weights.test_checkpoints import assert_fits, stored
from tests.weights.torch_networks import NETWORKS, RENEW, TABLED, TorchNetwork, shapes_without_numbers, tabled_shapes
from tests.weights.torch_parity import COMPARED, TOLERANCE, answers_of, compare, living

pytestmark = pytest.mark.torchvision
torch, _, _ = (
    pytest.importorskip(name, reason=f"{name} is missing: `nox -s torchvision` has an environment with it")
    for name in ("torch", "torchvision", "timm")
)

BY_NAME = {str(network): network for network in NETWORKS}


@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_every_name_finds_its_place(network):
    checkpoint = recognise(stored(shapes_without_numbers(network)), source="x.pth")
    assert checkpoint.variant == network.variant
    assert network.maker in checkpoint.maker
    assert_fits(checkpoint.layers, network.variant)


@pytest.mark.parametrize("network", TABLED, ids=str)
def test_committed_names_are_theirs(network):
    assert tabled_shapes(network) == shapes_without_numbers(network), f"renew the tables with `{RENEW}`"


@pytest.mark.parametrize("network", COMPARED, ids=str)
def test_logits_are_equal(network, tmp_path):
    parity = compare(network, tmp_path)
    assert clearly_different(*parity.theirs), "the weights are not live"
    assert parity.difference < TOLERANCE
    layer = zero_one_layer(parity.model)
    changed = keras.ops.convert_to_numpy(parity.model(two_pictures(parity.model.input_shape[1:]), training=False))
    assert clearly_different(changed, parity.theirs), f"zeroing {layer} went unnoticed"


@pytest.mark.parametrize("side", [75, 98])
@pytest.mark.parametrize("name", ["resnet50", "resnext50_32x4d", "densenet121", "inception_v3"])
def test_logits_are_equal_at_other_sizes(name, side, tmp_path):
    """Where paddings on one side and on both would part."""
    parity = compare(BY_NAME[f"torchvision-{name}"], tmp_path, side)
    assert clearly_different(*parity.theirs)
    assert parity.difference < TOLERANCE


def test_scaling_in_the_network_is_ours_before_it(tmp_path):
    """torchvision's Inception may take pixels as its other networks do, and scale them once more."""
    plain = BY_NAME["torchvision-inception_v3"]
    network = TorchNetwork(
        "torchvision", "inception_v3", "InceptionV3", 299, {**plain.settings, "transform_input": True}
    )
    module = living(network, tmp_path / "inception.pth")
    with pytest.warns(AmaltheaWarning, match="counts the padding") as caught:
        model = get_model("InceptionV3", weights=tmp_path / "inception.pth", classifier_activation=None)
    assert not any("mode" in str(warning.message) for warning in caught)
    pictures = np.random.default_rng(0).integers(0, 256, (2, 299, 299, 3), np.uint8)
    expected = answers_of(module, scale(pictures, Scaling.TORCH))
    assert clearly_different(*expected)
    ours = keras.ops.convert_to_numpy(model(scale(pictures, Scaling.TF), training=False))
    np.testing.assert_allclose(ours, expected, atol=TOLERANCE * expected.std())


def test_pictures_are_scaled_as_the_checkpoint_expects(tmp_path):
    """torch's mean and deviation, where weights of Keras expect BGR."""
    module = living(BY_NAME["torchvision-resnet50"], tmp_path / "resnet.pth")
    module.fc.weight.data *= 1e-4  # or one class would have all the probability
    torch.save(module.state_dict(), tmp_path / "resnet.pth")
    picture = np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)
    Image.fromarray(picture).save(tmp_path / "noise.png")
    mean, deviation = ([[[numbers]]] for numbers in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    scaled = ((picture[None] / 255 - mean) / deviation).astype("float32")
    expected = torch.softmax(torch.from_numpy(answers_of(module, scaled)), 1).numpy()[0]

    with pytest.warns(AmaltheaWarning, match=re.escape("preprocess_input(x, mode='torch')")):
        model = get_model("ResNet50", weights=tmp_path / "resnet.pth")
    assert variant_of(model).scaling is Scaling.TORCH
    [prediction] = amalthea.predictor(model).predict_images(tmp_path / "noise.png", top=1000)
    best = np.array([scored.probability for scored in prediction.classes])
    assert best[0] < 0.9
    np.testing.assert_allclose(best, np.sort(expected)[::-1], atol=1e-4)
