"""The arguments of the constructors: what each means, and what is said of those that cannot be used."""

import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import keras
import numpy as np
import pytest

from amalthea.architectures import get_model, variant_of
from amalthea.architectures.inception import InceptionV3
from amalthea.architectures.mobilenet import MobileNet
from amalthea.architectures.mobilenet_v2 import MobileNetV2
from amalthea.architectures.resnet import ResNet50, ResNet50V2
from amalthea.architectures.vgg import VGG16
from amalthea.catalog import variant
from amalthea.errors import AmaltheaError, AmaltheaWarning, ArgumentError, MissingFileError
from tests.descriptors import DESCRIPTORS

pytestmark = pytest.mark.single_backend


def small_vgg(**arguments):
    return VGG16(**{"weights": None, "include_top": False, "input_shape": (32, 32, 3), **arguments})


def small_mobilenet(**arguments):
    return MobileNet(**{"weights": None, "alpha": 0.25, "input_shape": (32, 32, 3), **arguments})


@pytest.mark.parametrize("descriptor", [item for item in DESCRIPTORS if item.in_keras and not item.settings], ids=str)
def test_signature_is_that_of_keras(descriptor):
    module = import_module(f"amalthea.architectures.{variant(descriptor.name).family}")
    ours = inspect.signature(getattr(module, descriptor.name)).parameters
    theirs = inspect.signature(getattr(keras.applications, descriptor.name)).parameters
    of_keras_2 = ["depth_multiplier"] if descriptor.name == "MobileNetV2" else []
    assert [name for name in ours if name not in of_keras_2] == list(theirs)
    for name, parameter in theirs.items():
        if name != "name":
            assert ours[name].default == parameter.default


@pytest.mark.parametrize(
    "function", [VGG16, ResNet50V2, InceptionV3, MobileNet, MobileNetV2], ids=lambda item: item.__name__
)
def test_functions_are_documented_by_their_own_row(function):
    row = variant(function.__name__)
    assert row.paper[1] in function.__doc__
    assert f"at least {row.min_size} pixels" in function.__doc__
    for argument in inspect.signature(function).parameters:
        assert f"        {argument}: " in function.__doc__


@pytest.mark.parametrize(("pooling", "shape"), [(None, (None, 1, 1, 512)), ("avg", (None, 512)), ("max", (None, 512))])
def test_pooling(pooling, shape):
    assert small_vgg(pooling=pooling).output_shape == shape


def test_pooling_computes_what_it_says():
    pictures = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3)).astype("float32")
    maps = small_vgg(input_shape=(64, 64, 3))
    for pooling, reduce in (("avg", np.mean), ("max", np.max)):
        pooled = small_vgg(input_shape=(64, 64, 3), pooling=pooling)
        pooled.set_weights(maps.get_weights())
        expected = reduce(maps.predict(pictures, verbose=0), axis=(1, 2))
        np.testing.assert_allclose(pooled.predict(pictures, verbose=0), expected, rtol=1e-5, atol=1e-6)


def test_classes_and_activation():
    model = small_mobilenet(classes=7, classifier_activation="sigmoid")
    assert model.output_shape == (None, 7)
    scores = model.predict(np.zeros((1, 32, 32, 3), "float32"), verbose=0)
    assert not np.isclose(scores.sum(), 1), "sigmoid scores are independent"


def test_names():
    assert small_vgg().name == "vgg16"
    assert small_vgg(name="mine").name == "mine"
    assert small_mobilenet().name == "mobilenet_0.25_32"
    assert MobileNet(weights=None, include_top=False, alpha=0.5).name == "mobilenet_0.50_None"


def test_lists_serve_as_shapes():
    assert small_vgg(input_shape=[48, 40, 3]).input_shape == (None, 48, 40, 3)


@pytest.mark.parametrize("channels", [1, 4])
def test_other_channels(channels):
    assert small_vgg(input_shape=(32, 32, channels)).layers[1].kernel.shape[2] == channels


def test_without_top_every_size_serves():
    assert VGG16(weights=None, include_top=False).input_shape == (None, None, None, 3)


def test_with_top_pooling_networks_take_other_sizes():
    model = ResNet50(weights=None, input_shape=(64, 96, 3))
    assert (model.input_shape, model.output_shape) == ((None, 64, 96, 3), (None, 1000))
    assert ResNet50(weights=None, input_shape=(None, None, 3)).output_shape == (None, 1000)


def test_input_tensor_is_the_input():
    image = keras.Input((40, 40, 3))
    model = small_vgg(input_tensor=image, input_shape=None)
    assert model.inputs[0] is image


def test_input_tensor_may_come_from_other_layers():
    image = keras.Input((40, 40, 3))
    model = small_vgg(input_tensor=keras.layers.Rescaling(2.0)(image), input_shape=(40, 40, 3))
    assert model.inputs[0] is image
    assert model.layers[1].name.startswith("rescaling")


def test_numpys_booleans_serve_too():
    assert small_vgg(include_top=np.False_).output_shape == (None, 1, 1, 512)


def test_with_layers_in_front_nobody_knows_which_pixels_a_network_expects():
    image = keras.Input((40, 40, 3))
    assert variant_of(small_vgg(input_tensor=image, input_shape=None)).name == "VGG16"
    assert variant_of(small_vgg(input_tensor=keras.layers.Rescaling(2.0)(image), input_shape=None)) is None


def test_two_networks_on_one_input():
    """Their automatic names do not collide, although both have unnamed layers of the same types."""
    image = keras.Input((96, 96, 3))
    settings = {"weights": None, "include_top": False, "input_tensor": image, "pooling": "avg"}
    both = [InceptionV3(**settings), VGG16(**settings), ResNet50V2(**settings)]
    model = keras.Model(image, keras.layers.Concatenate()([network.output for network in both]))
    assert model.output_shape == (None, 2048 + 512 + 2048)


def test_mobilenet_settings():
    names = [layer.name for layer in small_mobilenet(dropout=0.5).layers]
    assert small_mobilenet(dropout=0.5).get_layer("dropout").rate == 0.5
    assert "conv_preds" in names
    assert small_mobilenet(depth_multiplier=2).get_layer("conv_dw_1").depth_multiplier == 2


def test_saved_models_load_in_plain_keras(tmp_path):
    model = small_mobilenet()
    path = tmp_path / "model.keras"
    model.save(path)
    pictures = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 3)).astype("float32")
    np.save(tmp_path / "expected.npy", model.predict(pictures, verbose=0))
    np.save(tmp_path / "pictures.npy", pictures)
    script = (
        "import sys, keras, numpy as np\n"
        f"model = keras.models.load_model({str(path)!r})\n"
        f"found = model.predict(np.load({str(tmp_path / 'pictures.npy')!r}), verbose=0)\n"
        f"assert np.allclose(found, np.load({str(tmp_path / 'expected.npy')!r}), atol=1e-2)\n"
        "assert 'amalthea' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=240)


WRONG = {
    "include_top": (lambda: VGG16((224, 224, 3), weights=None), "VGG16: include_top=.*allowed are True and False"),
    "pooling": (lambda: small_vgg(pooling="mean"), "VGG16: pooling='mean'; allowed are None, 'avg' and 'max'"),
    "classes": (lambda: small_mobilenet(classes=0), "MobileNet: classes=0 is not a positive whole number"),
    "classes with imagenet": (lambda: VGG16(classes=10), "VGG16: classes=10, .*'imagenet' has 1000.*include_top=False"),
    "activation with imagenet": (
        lambda: VGG16(classifier_activation="sigmoid"),
        "VGG16: classifier_activation='sigmoid'; weights='imagenet' have 'softmax', or None",
    ),
    "weights": (lambda: VGG16(weights="imagnet"), "VGG16: weights='imagnet' is no file.*None.*'imagenet'.*path"),
    "missing path": (lambda: VGG16(weights=Path("no/such.h5")), "VGG16: weights='no/such.h5' is no file"),
    "too small": (lambda: small_vgg(input_shape=(31, 40, 3)), r"VGG16: pictures of shape \(31, 40, 3\).*at least 32"),
    "too small, by tensor": (
        lambda: InceptionV3(weights=None, include_top=False, input_tensor=keras.Input((74, 80, 3))),
        r"InceptionV3: pictures of shape \(74, 80, 3\).*at least 75 pixels",
    ),
    "channels with imagenet": (
        lambda: VGG16(include_top=False, input_shape=(64, 64, 1)),
        "VGG16: .*'imagenet' need 3 channels",
    ),
    "other order of axes": (lambda: small_vgg(input_shape=(3, 224, 224)), "VGG16: .*'channels_last'; .*at least 32"),
    "two numbers": (lambda: small_vgg(input_shape=(32, 32)), "VGG16: .*three positive whole numbers"),
    "one number": (lambda: small_vgg(input_shape=32), "VGG16: input_shape=32 is not a shape such as"),
    "negative": (lambda: small_vgg(input_shape=(-32, 32, 3)), "VGG16: .*three positive whole numbers"),
    "fixed top": (
        lambda: VGG16(input_shape=(150, 150, 3)),
        "VGG16: .*classifier of weights='imagenet' needs sides of 224.*include_top=False",
    ),
    "open top": (lambda: VGG16(weights=None, input_shape=(None, None, 3)), "VGG16: .*classifier needs fixed sides"),
    "no tensor": (lambda: small_vgg(input_tensor=np.zeros((1, 32, 32, 3))), "VGG16: input_tensor must be a Keras ten"),
    "shape against tensor": (
        lambda: small_vgg(input_tensor=keras.Input((64, 64, 3)), input_shape=(32, 32, 3)),
        r"VGG16: input_shape=\(32, 32, 3\) and input_tensor, whose pictures are \(64, 64, 3\), disagree",
    ),
    "alpha": (lambda: MobileNet(alpha=0), "MobileNet: alpha=0 is not a width of at least 0.03125"),
    "infinite alpha": (lambda: MobileNet(alpha=float("inf")), "MobileNet: alpha=inf is not a width"),
    "alpha as text": (lambda: MobileNet(alpha="0.5"), "MobileNet: alpha='0.5' is not a width"),
    "alpha without a filter": (lambda: MobileNet(alpha=0.01), "MobileNet: alpha=0.01 is not a width"),
    "weights of another type": (
        lambda: VGG16(weights=5),
        "VGG16: weights=5; allowed are None, 'imagenet' and",
    ),
    "a path too long": (lambda: VGG16(weights="w" * 5000), "VGG16: weights='www.* is no file"),
    "an argument of another network": (
        lambda: get_model("ResNet50", alpha=0.5),
        "ResNet50 takes no alpha; it takes include_top, weights, input_tensor",
    ),
    "dropout as text": (lambda: MobileNet(weights=None, dropout="0.5"), "MobileNet: dropout='0.5' is not in"),
    "alpha with imagenet": (
        lambda: MobileNet(alpha=0.35),
        "MobileNet: weights='imagenet' exist for alpha 0.25, 0.5, 0.75, 1.0, not for alpha=0.35.*weights=None",
    ),
    "depth_multiplier": (lambda: MobileNet(depth_multiplier=1.5), "MobileNet: depth_multiplier=1.5 is not a positive"),
    "depth_multiplier with imagenet": (
        lambda: MobileNet(depth_multiplier=2),
        "MobileNet: depth_multiplier=2, but weights='imagenet' exist for 1 only",
    ),
    "dropout": (lambda: MobileNet(weights=None, dropout=1.5), r"MobileNet: dropout=1.5 is not in \[0, 1\)"),
    "unknown model": (lambda: get_model("resnet51"), "no model 'resnet51'. Did you mean ResNet50"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_arguments(case):
    build, message = WRONG[case]
    with pytest.raises(AmaltheaError, match=re.compile(message, re.DOTALL)) as caught:
        build()
    assert isinstance(caught.value, ValueError)


def test_a_missing_weight_file_is_also_a_file_not_found_error():
    assert issubclass(MissingFileError, FileNotFoundError)
    assert issubclass(MissingFileError, ArgumentError)


def test_arguments_without_effect_are_said():
    with pytest.warns(AmaltheaWarning, match="VGG16: classes=10 has no effect with include_top=False") as caught:
        small_vgg(classes=10)
    assert caught[0].filename == __file__
    with pytest.warns(AmaltheaWarning, match="MobileNet: pooling='avg' has no effect with include_top=True"):
        small_mobilenet(pooling="avg")


def test_warnings_point_at_the_caller_of_every_network():
    with pytest.warns(AmaltheaWarning) as caught:
        ResNet50V2(weights=None, pooling="avg", input_shape=(32, 32, 3))
    assert caught[0].filename == __file__


@pytest.mark.single_backend
def test_an_argument_that_no_network_has_is_said_with_its_name():
    with pytest.raises(TypeError, match=r"^ResNet50\(\) got an unexpected keyword argument 'backend'"):
        ResNet50(backend=keras.backend)
