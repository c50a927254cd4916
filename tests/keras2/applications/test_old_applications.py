"""The modules of ``keras.applications`` from 1.2 to 2.3, under their names then."""

import random
from importlib import import_module

import keras
import numpy as np
import pytest

import amalthea.applications
from amalthea import keras2, list_models
from amalthea.errors import ArgumentError, ArgumentTypeError
from amalthea.keras2 import applications
from amalthea.keras2.applications.imagenet_utils import _obtain_input_shape
from tests.live_weights import built_alive, copy_weights, two_pictures

MODULES = {
    "densenet": {"DenseNet", "DenseNet121", "DenseNet169", "DenseNet201"},
    "inception_resnet_v2": {"InceptionResNetV2"},
    "inception_v3": {"InceptionV3"},
    "mobilenet": {"MobileNet", "DepthwiseConv2D", "relu6"},
    "mobilenet_v2": {"MobileNetV2"},
    "mobilenetv2": {"MobileNetV2", "DepthwiseConv2D", "relu6"},
    "nasnet": {"NASNetLarge", "NASNetMobile"},
    "resnet": {"ResNet50", "ResNet101", "ResNet152"},
    "resnet50": {"ResNet50"},
    "resnet_v2": {"ResNet50V2", "ResNet101V2", "ResNet152V2"},
    "resnext": {"ResNeXt50", "ResNeXt101"},
    "vgg16": {"VGG16"},
    "vgg19": {"VGG19"},
    "xception": {"Xception"},
}
BOTH = {"decode_predictions", "preprocess_input"}


@pytest.mark.single_backend
@pytest.mark.parametrize("name", MODULES)
def test_the_names_of_a_module(name):
    module = import_module(f"amalthea.keras2.applications.{name}")
    assert set(module.__all__) == MODULES[name] | BOTH
    for constructor in MODULES[name] - {"DepthwiseConv2D", "relu6"}:
        assert getattr(applications, constructor) is getattr(module, constructor)


@pytest.mark.single_backend
def test_every_network_is_there_and_every_name_is_listed():
    everywhere = set().union(*MODULES.values()) - {"DepthwiseConv2D", "relu6"}
    assert everywhere - {"DenseNet"} == set(list_models()) - set(list_models("EfficientNetLite*"))
    modules = {*MODULES, "imagenet_utils", "music_tagger_crnn", "resnet_common"}
    assert set(applications.__all__) == everywhere | modules | {"MusicTaggerCRNN"}
    assert set(applications.__all__) <= set(dir(applications))
    from amalthea.keras2.applications import resnet_common

    assert set(resnet_common.__all__) == {name for name in everywhere if name.startswith("ResNe")}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"'amalthea.keras2.applications' has no attribute 'VGG11'; it has Dense"):
        applications.VGG11  # noqa: B018


def small(module=applications, **arguments):
    return module.MobileNet(alpha=0.25, input_shape=(32, 32, 3), weights=None, **arguments)


def test_a_network_answers_to_the_old_names_and_computes_the_same():
    ours, theirs = small(classes=7), built_alive(lambda: small(amalthea.applications, classes=7))
    copy_weights(theirs, ours)
    pictures = two_pictures((32, 32, 3))
    np.testing.assert_array_equal(ours.predict(pictures, verbose=0), theirs.predict(pictures, verbose=0))
    assert isinstance(ours, keras2.models.Model)
    assert ours.layers[-1].output_shape == (None, 7)
    assert hasattr(ours, "predict_generator")
    assert not hasattr(theirs, "predict_generator")


@pytest.mark.single_backend
def test_what_keras_applications_had_to_be_given_is_left_out():
    model = small(include_top=False, backend=keras2.backend, layers=keras2.layers, models=keras2.models, utils=None)
    assert model.output_shape == (None, 1, 1, 256)
    with pytest.raises(TypeError, match="engine"):
        small(engine="theano")


def test_numpys_seed_decides_about_random_weights():
    def weights(seed):
        np.random.seed(seed)
        return small(include_top=False).get_weights()

    first, other, again = weights(1), weights(2), weights(1)
    assert all(map(np.array_equal, first, again))
    assert not all(map(np.array_equal, first, other))


@pytest.mark.single_backend
def test_generators_of_the_script_are_left_as_they_were():
    random.seed(3)
    np.random.seed(3)
    expected = random.random(), np.random.random()
    random.seed(3)
    np.random.seed(3)
    small(include_top=False)
    assert (random.random(), np.random.random()) == expected


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("module", "ordering", "data_format"),
    [("vgg16", "th", "channels_first"), ("inception_v3", "tf", "channels_last"), ("resnet50", "default", None)],
)
def test_preprocess_input_in_keras_1(module, ordering, data_format):
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 3, 3, 3)).astype("float32")
    expected = getattr(keras.applications, module).preprocess_input(pixels.copy(), data_format=data_format)
    found = import_module(f"amalthea.keras2.applications.{module}").preprocess_input(pixels, dim_ordering=ordering)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.single_backend
def test_decode_predictions_and_its_keywords():
    from amalthea.keras2.applications.imagenet_utils import decode_predictions

    found = decode_predictions(np.eye(1000)[[285]], top=1, backend=None, utils=None)
    assert found == [[("n02124075", "Egyptian_cat", 1.0)]]


@pytest.mark.single_backend
@pytest.mark.parametrize("name", ["MusicTaggerCRNN", "preprocess_input", "decode_predictions"])
def test_the_music_tagger_is_gone(name):
    from amalthea.keras2.applications import music_tagger_crnn

    with pytest.raises(ArgumentError, match=rf"{name} is gone: it tagged music.* package\.$"):
        getattr(music_tagger_crnn, name)("song.mp3")


@pytest.mark.single_backend
class TestObtainInputShape:
    @pytest.mark.parametrize("flatten", [True, False])
    @pytest.mark.parametrize("weights", ["imagenet", None])
    @pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
    @pytest.mark.parametrize(
        "sides", [None, (224, 224), (100, 200), (32, 32), (31, 32), (None, None), (None, 64)], ids=str
    )
    def test_is_that_of_keras_applications(self, sides, data_format, weights, flatten):
        theirs = pytest.importorskip("keras_applications").imagenet_utils._obtain_input_shape
        first = data_format == "channels_first"
        shape = sides and ((3, *sides) if first else (*sides, 3))
        arguments = {"default_size": 224, "min_size": 32, "data_format": data_format, "require_flatten": flatten}
        try:
            expected = theirs(shape, weights=weights, **arguments)
        except ValueError:
            with pytest.raises(ArgumentError, match="input_shape="):
                _obtain_input_shape(shape, weights=weights, **arguments)
        else:
            assert _obtain_input_shape(shape, weights=weights, **arguments) == expected

    def test_by_position_and_as_keras_1_called_it(self):
        assert _obtain_input_shape(None, 224, 48, "channels_first", True) == (3, 224, 224)
        assert _obtain_input_shape(None, 224, 48, dim_ordering="th", include_top=False) == (3, None, None)
        assert _obtain_input_shape((64, 64, 1), 224, 48, dim_ordering="tf", include_top=True) == (64, 64, 1)

    def test_refusals(self):
        with pytest.raises(ArgumentTypeError, match="needs require_flatten, which was include_top before"):
            _obtain_input_shape(None, 224, 48, "channels_last")
        with pytest.raises(ArgumentError, match=r"\(64, 64, 1\) has 1 channels; weights='imagenet' need 3"):
            _obtain_input_shape((64, 64, 1), 224, 48, "channels_last", False, "imagenet")
        with pytest.raises(ArgumentError, match=r"\(64, 64\) is no shape of a picture"):
            _obtain_input_shape((64, 64), 224, 48, "channels_last", False)
