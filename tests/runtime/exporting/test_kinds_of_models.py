"""What can be exported: names of the catalogue, models that scale pictures themselves, models that are no graphs."""

import keras
import numpy as np
import openvino
import pytest

import amalthea
from amalthea.apps.pictures import DEMO
from amalthea.errors import ArgumentError, UnsupportedLayerError
from amalthea.images import read_picture
from amalthea.runtime import export
from amalthea.runtime.exporting import keras_formats
from tests.live_weights import built_alive
from tests.runtime.exporting.test_export import HOW, IMAGENET, small


@pytest.fixture
def tensorflow():
    if keras.config.backend() != "tensorflow":
        pytest.skip("Keras writes it on TensorFlow alone")
    return pytest.importorskip("tensorflow")


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


def named():
    """Inputs whose names are none for TensorFlow, and a dictionary of outputs, in another order than its names'."""
    layers = keras.layers
    left, right = keras.Input((4,), name="image-left"), keras.Input((3,), name="2nd")
    features = layers.Dense(5, name="all")(layers.Concatenate(name="both")([left, right]))
    heads = {"kind": layers.Dense(6, name="six"), "box": layers.Dense(4, name="four")}
    return keras.Model([left, right], {name: head(features) for name, head in heads.items()} | {"features": features})


@pytest.mark.parametrize("name", ["net", "net.tflite"])
def test_inputs_and_outputs_go_by_their_names(name, tensorflow, tmp_path):
    network = built_alive(named)
    assert export(network, tmp_path / name).difference < 1e-5
    given = [np.ones((1, 4), np.float32), np.zeros((1, 3), np.float32)]
    if name == "net":
        saved = tensorflow.saved_model.load(str(tmp_path / name)).signatures["serving_default"]
        found = saved(image_left=tensorflow.constant(given[0]), arg_2nd=tensorflow.constant(given[1]))
    else:
        with keras_formats._quiet():  # TensorFlow says that it is going to drop its own
            signature = keras_formats._interpreter()(model_path=str(tmp_path / name)).get_signature_runner()
        found = signature(**{"image-left": given[0], "2nd": given[1]})
    for key, expected in network.predict(given, verbose=0).items():
        np.testing.assert_allclose(found[key], expected, rtol=0, atol=1e-5, err_msg=key)


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
    # Without classes, a file takes what the model took.
    unnamed = export(network, tmp_path / f"unnamed{name[3:]}", picture=cat)
    assert unnamed.takes == "what model.predict takes: float32, (N, 24, 24, 3)"
    [given] = openvino.Core().read_model(tmp_path / f"unnamed{name[3:]}").inputs
    assert given.get_element_type() == openvino.Type.f32


@pytest.mark.single_backend
def test_what_litert_cannot_run(tensorflow, tmp_path):
    """Keras writes it nevertheless, with an operation of TensorFlow."""
    network = keras.Sequential([keras.Input((9, 7, 3)), keras.layers.Resizing(14, 5, interpolation="bicubic")])
    with pytest.raises(ArgumentError, match=r"net.tflite was not written: LiteRT cannot run it. .*\. Export .onnx or"):
        export(network, tmp_path / "net.tflite")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.single_backend
def test_what_keras_cannot_write(tensorflow, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise TypeError("Converter failed\nat length")

    monkeypatch.setattr(keras.Model, "export", refuse)
    with pytest.raises(ArgumentError, match=r"^Keras cannot write net: Converter failed\. Export .onnx or .xml"):
        export(small(), tmp_path / "net")
    assert list(tmp_path.iterdir()) == []
