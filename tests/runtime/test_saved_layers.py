"""What layers return, of a network in one file: the same as of the predictor of its model."""

import subprocess
import sys
from importlib.util import find_spec

import keras
import numpy as np
import pytest
from keras import layers

import amalthea
from amalthea.applications import MobileNet
from amalthea.errors import ArgumentError, ModelFileError
from amalthea.images import read_picture, resize
from tests.live_weights import built_alive, set_live_weights
from tests.runtime.agreement import assert_close, numbers
from tests.runtime.test_description import rewritten
from tests.runtime.test_saving import CLASSES, classifier, described

pytestmark = pytest.mark.single_backend

RUNTIMES = [name for name in ("openvino", "onnxruntime") if find_spec(name)]
SHAPE = (64, 48, 3)


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (3, *SHAPE), np.uint8)


def test_every_layer_of_a_network_of_ours(data_format, pixels, tmp_path):
    shape = (3, 64, 48) if data_format == "channels_first" else SHAPE
    model = built_alive(lambda: MobileNet(alpha=0.25, weights=None, classes=5, input_shape=shape))
    amalthea.save(model, tmp_path / "own.onnx", classes=CLASSES)
    expected = amalthea.predictor(model, preprocess=True).features(pixels, "*")
    assert list(expected) == [layer.name for layer in model.layers[1:]]
    for runtime in RUNTIMES:
        found = amalthea.load(tmp_path / "own.onnx", runtime=runtime).features(pixels, "*")
        assert list(found) == list(expected)
        for name, array in expected.items():
            assert_close(found[name], array, name)


def siamese():
    """A network for both of two inputs, and layers that are used twice in it."""
    left, right = keras.Input((4, 4, 3), name="left"), keras.Input((4, 4, 3), name="right")
    given = keras.Input((4, 4, 3))
    twice = layers.Conv2D(3, 1, name="twice", data_format="channels_last")
    inner = keras.Model(given, layers.Flatten(name="flat")(twice(layers.ReLU(name="positive")(twice(given)))))
    twin = keras.Sequential([keras.Input((4, 4, 3)), inner, layers.Dense(3, name="shared")], name="twin")
    model = keras.Model([left, right], layers.Subtract(name="difference")([twin(left), twin(right)]), name="siamese")
    set_live_weights(model)
    return model


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_layers_of_models_inside_that_are_used_twice(runtime, tmp_path):
    model = siamese()
    amalthea.save(model, tmp_path / "own.onnx")
    x = {"left": numbers(3, 4, 4, 3), "right": numbers(3, 4, 4, 3, seed=1)}
    expected = amalthea.predictor(model).features(x, "*")
    predictor = amalthea.load(tmp_path / "own.onnx", runtime=runtime)
    found = predictor.features(x, "*")
    assert list(found) == list(expected)
    assert {"twice", "twice:1", "twice:2", "twice:3", "shared", "shared:1", "twin:1"} <= found.keys()
    for name, array in expected.items():
        assert_close(found[name], array, name)
    # One of the inputs alone leads there, but both are given.
    [alone] = predictor.features(x, "shared").values()
    np.testing.assert_allclose(alone, expected["shared"], rtol=0, atol=1e-5)


def test_layers_in_every_step_are_none_of_the_pictures(tmp_path):
    inner = keras.Sequential([keras.Input((5,)), layers.Dense(3, name="step")], name="inner")
    steps = layers.TimeDistributed(inner, name="steps")
    model = keras.Sequential([keras.Input((4, 5)), steps, layers.Flatten(name="flat")], name="own")
    set_live_weights(model)
    amalthea.save(model, tmp_path / "own.onnx")
    predictor, x = amalthea.load(tmp_path / "own.onnx"), numbers(2, 4, 5)
    assert list(predictor.features(x, "*")) == ["steps", "flat"] == list(amalthea.predictor(model).features(x, "*"))
    with pytest.raises(ArgumentError, match=r"own.onnx has no layer 'step'. Did you mean steps"):
        predictor.features(x, "step")


def test_no_keras_is_needed(tmp_path):
    amalthea.save(classifier(), tmp_path / "own.onnx", classes=CLASSES, scaling="tf")
    program = (
        "import amalthea, numpy, sys\n"
        "found = amalthea.load(sys.argv[1]).features(numpy.zeros((2, 40, 36, 3), numpy.uint8), '*conv2d*')\n"
        "print([array.shape for array in found.values()], 'keras' in sys.modules)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "own.onnx")]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (answer.stdout, answer.returncode) == ("[(2, 12, 11, 8)] False\n", 0), answer.stderr


def test_int8_knows_the_layers_that_are_left(tmp_path, test_data):
    pytest.importorskip("nncf")
    pictures = sorted((test_data / "images").glob("*.jpg"))
    chain = (
        layers.Conv2D(8, 3, strides=2, name="own_conv", data_format="channels_last"),
        layers.BatchNormalization(name="own_bn"),
        layers.ReLU(name="own_relu"),
        layers.GlobalAveragePooling2D(name="own_mean", data_format="channels_last"),
        layers.Dense(5, activation="softmax", name="own_scores"),
    )
    model = keras.Sequential([keras.Input((40, 36, 3)), *chain], name="own")
    set_live_weights(model)
    small = {"precision": "int8", "calibration": pictures, "min_agreement": 0}
    amalthea.save(model, tmp_path / "small.onnx", classes=CLASSES, scaling="tf", **small)
    shown = np.stack([resize(read_picture(file), (40, 36), "nearest") for file in pictures[:3]])
    predictor = amalthea.load(tmp_path / "small.onnx")
    names = ["own_bn", "own_relu", "own_mean", "own_scores"]
    expected = amalthea.predictor(model, preprocess=True, scaling="tf").features(shown, names)
    found = predictor.features(shown, names)
    for name, array in expected.items():
        assert found[name].shape == array.shape
        assert 0 < np.abs(found[name] - array).max() < 0.2 * np.abs(array).max()
    with pytest.raises(ArgumentError, match=r"small.onnx has no layer 'own_conv'"):
        predictor.features(shown, "own_conv")


def test_files_of_older_versions_do_not_know_their_layers(tmp_path):
    path = tmp_path / "own.onnx"
    amalthea.save(classifier(), path, classes=CLASSES, scaling="tf")
    rewritten(path, lambda said: said.pop("layers"))
    with pytest.raises(ArgumentError, match=r"own.onnx does not know the layers .* a newer amalthea.save wrote"):
        amalthea.load(path).features(np.zeros((1, 40, 36, 3), np.uint8), "*")


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (["nowhere", [0, 1, 2, 3]], r"own.onnx does not describe its layers as they are: there is no tensor 'nowhere'"),
        (["own/Conv", [0, 0]], r"own.onnx does not describe its layers as they are"),
    ],
    ids=["tensor", "axes"],
)
def test_layers_that_are_not_there(layer, message, tmp_path):
    path = tmp_path / "own.onnx"
    amalthea.save(classifier(), path, classes=CLASSES, scaling="tf")
    tensor = next(iter(described(path)["layers"].values()))[0]
    rewritten(path, lambda said: said.update(layers={"own": [layer[0].replace("own/Conv", tensor), layer[1]]}))
    with pytest.raises(ModelFileError, match=message):
        amalthea.load(path).features(np.zeros((1, 40, 36, 3), np.uint8), "own")


def test_a_file_that_was_replaced_since(tmp_path):
    path, x = tmp_path / "own.onnx", np.zeros((1, 40, 36, 3), np.uint8)
    amalthea.save(classifier(), path, classes=CLASSES, scaling="tf")
    predictor = amalthea.load(path)
    kept = predictor.features(x, "*")
    amalthea.save(classifier(units=4), path, classes=CLASSES[:4], scaling="tf")
    assert predictor.features(x, "*").keys() == kept.keys()
    with pytest.raises(ModelFileError, match=r"own.onnx was written again since it was opened. Open it again"):
        predictor.features(x, next(iter(kept)))
