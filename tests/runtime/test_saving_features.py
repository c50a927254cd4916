"""Networks that are no classifiers, and some that take no pictures, in one file each."""

import keras
import numpy as np
import pytest
from keras import layers

import amalthea
from amalthea.applications import MobileNet
from amalthea.errors import ArgumentError
from amalthea.images import read_picture, resize, scale
from tests.live_weights import built_alive, set_live_weights
from tests.runtime.agreement import answers_of_keras
from tests.runtime.test_saving import described

pytestmark = pytest.mark.single_backend


def test_features_of_a_network_of_ours(tmp_path, test_data, data_format):
    photographs = sorted((test_data / "images").glob("*.jpg"))[:5]
    shape = (3, 64, 48) if data_format == "channels_first" else (64, 48, 3)
    model = built_alive(lambda: MobileNet(alpha=0.25, weights=None, include_top=False, input_shape=shape))
    amalthea.save(model, tmp_path / "features.onnx")
    pixels = np.stack([resize(read_picture(file), (64, 48), "nearest") for file in photographs])
    scaled = scale(pixels, "tf")
    [expected] = answers_of_keras(model, [scaled.transpose(0, 3, 1, 2) if data_format == "channels_first" else scaled])
    predictor = amalthea.load(tmp_path / "features.onnx", verify=True)
    np.testing.assert_allclose(predictor(pixels), expected, rtol=0, atol=1e-3 * expected.std())
    assert predictor.classes == ()
    with pytest.raises(ArgumentError, match=r"features.onnx returns .*, not the scores of"):
        predictor.predict_images(photographs)


def test_several_inputs_and_outputs_that_are_no_pictures(tmp_path):
    left, right = keras.Input((7,), name="a"), keras.Input((None, 3), name="b")
    outputs = {
        "scores": layers.Dense(3, name="dense_of_left")(left),
        "means": [layers.GlobalAveragePooling1D(name="mean_of_right")(right), left],
    }
    model = keras.Model({"a": left, "b": right}, outputs, name="own")
    set_live_weights(model)
    path = tmp_path / "own.onnx"
    amalthea.save(model, path)
    predictor = amalthea.load(path, verify=True)
    generator = np.random.default_rng(0)
    x = {"a": generator.random((5, 7), np.float32), "b": generator.random((5, 9, 3), np.float32)}
    expected = answers_of_keras(keras.Model(model.inputs, model.outputs), [x["a"], x["b"]])
    found = predictor(x)
    assert found.keys() == {"scores", "means"}
    for array, wanted in zip(keras.tree.flatten(found), expected, strict=True):
        np.testing.assert_allclose(array, wanted, rtol=0, atol=1e-5)
    assert described(path)["self_test"]["shapes"] == [[1, 7], [1, 96, 3]]
    with pytest.raises(ArgumentError, match=r"own.onnx does not say which pixels it expects"):
        predictor.predict_images("elephant.jpg")


def test_a_tuple_of_outputs_becomes_a_list(tmp_path):
    inputs = keras.Input((7,))
    outputs = layers.Dense(3, name="first")(inputs), layers.Dense(2, name="second")(inputs)
    model = keras.Model(inputs, outputs, name="own")
    amalthea.save(model, tmp_path / "own.onnx")
    x = np.random.default_rng(0).random((4, 7), np.float32)
    found = amalthea.load(tmp_path / "own.onnx")(x)
    assert isinstance(found, list)
    for array, wanted in zip(found, amalthea.predictor(model)(x), strict=True):
        np.testing.assert_array_equal(array, wanted)


def test_classes_that_are_not_wanted(tmp_path):
    model = built_alive(
        lambda: MobileNet(alpha=0.25, weights=None, classifier_activation=None, input_shape=(32, 32, 3))
    )
    path = tmp_path / "logits.onnx"
    with pytest.raises(ArgumentError, match=r"returns no probabilities.* or save it without classes: classes=\(\)"):
        amalthea.save(model, path)
    amalthea.save(model, path, classes=())
    predictor = amalthea.load(path, verify=True)
    assert predictor.classes == predictor.wordnet_ids == ()
    assert predictor(np.zeros((2, 32, 32, 3), np.uint8)).shape == (2, 1000)
