import pickle
import subprocess
import sys
from importlib import import_module

import keras
import numpy as np
import pytest

import amalthea.applications
from amalthea import catalog

MODULES = {
    "xception": (["Xception"], "tf"),
    "vgg16": (["VGG16"], "caffe"),
    "vgg19": (["VGG19"], "caffe"),
    "resnet": (["ResNet50", "ResNet101", "ResNet152"], "caffe"),
    "resnet50": (["ResNet50"], "caffe"),
    "resnet_v2": (["ResNet50V2", "ResNet101V2", "ResNet152V2"], "tf"),
    "resnext": (["ResNeXt50", "ResNeXt101"], "torch"),
    "inception_v3": (["InceptionV3"], "tf"),
    "inception_resnet_v2": (["InceptionResNetV2"], "tf"),
    "mobilenet": (["MobileNet"], "tf"),
    "mobilenet_v2": (["MobileNetV2"], "tf"),
    "mobilenetv2": (["MobileNetV2"], "tf"),
    "densenet": (["DenseNet121", "DenseNet169", "DenseNet201"], "torch"),
    "nasnet": (["NASNetLarge", "NASNetMobile"], "tf"),
    "efficientnet_lite": (["EfficientNetLite0", "EfficientNetLite1", "EfficientNetLite2"], "lite"),
}

NOT_IN_KERAS = ("efficientnet_lite", "mobilenetv2", "resnext")  # the second one was in Keras 2.2

GENERIC = {"densenet": ["DenseNet"]}  # builds more than the variants; was in Keras 2


@pytest.mark.parametrize("name", MODULES)
def test_the_names_of_a_module(name: str) -> None:
    module = import_module(f"amalthea.applications.{name}")
    constructors, mode = MODULES[name]
    generic = GENERIC.get(name, [])
    assert set(module.__all__) == {*constructors, *generic, "decode_predictions", "preprocess_input"}
    for constructor in constructors:
        row = catalog.variant(constructor)
        family = import_module(f"amalthea.architectures.{row.family}")
        assert (
            getattr(module, constructor) is getattr(family, constructor) is getattr(amalthea.applications, constructor)
        )
        assert row.scaling == mode
    for constructor in generic:
        assert getattr(module, constructor) is getattr(amalthea.applications, constructor)
        assert constructor not in catalog.list_models()
    if name not in NOT_IN_KERAS:
        assert set(module.__all__) - set(generic) <= set(dir(getattr(keras.applications, name)))


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first", None])
def test_each_module_scales_as_its_weights_expect(name: str, data_format: str | None) -> None:
    module = import_module(f"amalthea.applications.{name}")
    pixels = np.random.default_rng(0).integers(0, 256, (2, 3, 3, 3)).astype("float32")
    scaled = module.preprocess_input(pixels, data_format=data_format)
    if name == "efficientnet_lite":
        expected = (pixels - 127) / 128
    else:
        same_scaling = {"mobilenetv2": "mobilenet_v2", "resnext": "densenet"}.get(name, name)
        theirs = getattr(keras.applications, same_scaling)
        expected = theirs.preprocess_input(pixels.copy(), data_format=data_format)
    np.testing.assert_array_equal(scaled, expected)
    assert f"mode {MODULES[name][1]!r}" in module.preprocess_input.__doc__


@pytest.mark.parametrize("name", MODULES)
def test_functions_can_be_sent_to_another_process(name: str) -> None:
    module = import_module(f"amalthea.applications.{name}")
    assert pickle.loads(pickle.dumps(module.preprocess_input)) is module.preprocess_input


def test_every_constructor_and_module_is_found_and_listed() -> None:
    constructors = [*catalog.list_models(), *(name for names in GENERIC.values() for name in names)]
    assert set(amalthea.applications.__all__) == {*constructors, *MODULES, "imagenet_utils"}
    assert set(amalthea.applications.__all__) <= set(dir(amalthea.applications))
    for name in constructors:
        assert getattr(amalthea.applications, name).__name__ == name
    for name in (*MODULES, "imagenet_utils"):
        assert getattr(amalthea.applications, name).__name__ == f"amalthea.applications.{name}"


def test_every_variant_has_a_module() -> None:
    assert {name for constructors, _ in MODULES.values() for name in constructors} == set(catalog.list_models())


def test_the_imports_of_old_scripts() -> None:
    from amalthea.applications import VGG16, resnet50
    from amalthea.applications.resnet50 import ResNet50, decode_predictions, preprocess_input
    from amalthea.applications.vgg16 import VGG16 as FROM_MODULE

    assert VGG16 is FROM_MODULE
    assert resnet50.ResNet50 is ResNet50
    assert callable(decode_predictions)
    assert callable(preprocess_input)


@pytest.mark.parametrize("name", ["vgg_16", "resnet-50", "VGG11"])
def test_unknown_names_are_attribute_errors(name: str) -> None:
    with pytest.raises(
        AttributeError, match=f"module 'amalthea.applications' has no attribute '{name}'; it has Xception, VGG16,"
    ):
        getattr(amalthea.applications, name)


@pytest.mark.single_backend
def test_keras_is_imported_by_constructors_alone() -> None:
    program = (
        "import sys, numpy, amalthea.applications as applications\n"
        "from amalthea.applications.imagenet_utils import preprocess_input\n"
        "assert {'VGG16', 'vgg16'} <= set(dir(applications))\n"
        "applications.imagenet_utils.decode_predictions(numpy.eye(1000))\n"
        "assert 'keras' not in sys.modules\n"
        "applications.MobileNet\n"
        "assert 'keras' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
