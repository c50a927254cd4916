"""What can be exported: names of the catalogue, models that scale pictures themselves, models that are no graphs."""

import keras
import pytest

import amalthea
from amalthea.apps.predict import DEMO
from amalthea.errors import ArgumentError, UnsupportedLayerError
from amalthea.images import read_picture
from amalthea.runtime import export
from tests.runtime.exporting.test_export import HOW, IMAGENET, small


@pytest.fixture
def tensorflow():
    if keras.config.backend() != "tensorflow":
        pytest.skip("Keras writes it on TensorFlow alone")


@pytest.fixture
def cat():
    return read_picture(DEMO)


@pytest.mark.single_backend
def test_a_network_by_its_name(cat, tmp_path):
    exported = export("efficientnet-lite0", tmp_path / "lite.onnx", picture=cat)
    assert exported.best[0].startswith("Egyptian_cat 0.7")
    assert amalthea.load(tmp_path / "lite.onnx").classes == tuple(IMAGENET)
    for wrong, words in (("ResNet5O", "Did you mean ResNet50"), ("nowhere.keras", "There is no file nowhere.keras")):
        with pytest.raises(ArgumentError, match=words):
            export(wrong, tmp_path / "net.onnx")


@pytest.mark.parametrize("name", ["net", "net.tflite"])
def test_what_is_no_graph_can_still_be_of_tensorflow(name, tensorflow, tmp_path):
    layers = keras.layers
    halved = layers.Lambda(lambda x: x / 2, output_shape=(5,), name="halved")
    network = keras.Sequential([keras.Input((7,)), layers.Dense(5, name="own"), halved])
    exported = export(network, tmp_path / name)
    assert exported.difference <= exported.tolerance
    with pytest.raises(UnsupportedLayerError, match="halved"):
        export(network, tmp_path / "net.onnx")


@pytest.mark.single_backend
@pytest.mark.parametrize("name", ["net.onnx", "net.xml"])
def test_a_model_that_scales_pictures_itself(name, cat, tmp_path):
    chain = small().layers
    network = keras.Sequential([keras.Input((24, 24, 3)), keras.layers.Rescaling(1 / 255, name="scaled"), *chain])
    exported = export(network, tmp_path / name, picture=cat, classes=HOW["classes"])
    assert exported.takes == "pictures as they are decoded: uint8, RGB, (N, 24, 24, 3)"
    assert exported.best[0] == exported.best[1]
