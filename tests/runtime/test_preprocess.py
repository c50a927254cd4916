"""Pictures as they are decoded go in: the same answers as from pictures that were resized and scaled by hand."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

import amalthea
from amalthea.applications import EfficientNetLite0, MobileNet
from amalthea.catalog import Scaling
from amalthea.errors import ArgumentError
from amalthea.images import Preparation, resize, scale
from amalthea.runtime.pictures import resized
from tests.live_weights import built_alive, clearly_different, set_live_weights
from tests.runtime.agreement import answers_of_keras, assert_close

pytestmark = pytest.mark.single_backend


def pictures(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def prepared(pixels, preparation):
    """What the pipeline does, picture by picture, by functions that have tests of their own."""
    small = [resize(picture, preparation.size, preparation.interpolation) for picture in pixels]
    return scale(np.stack(small), preparation.scaling)


def own_model(shape=(20, 24, 3)):
    """Pictures -> (N, 5); of any size where the shape says so."""
    image = keras.Input(shape, name="image")
    x = layers.Conv2D(8, 3, data_format="channels_last", activation="relu", name="first")(image)
    x = layers.GlobalAveragePooling2D(data_format="channels_last", name="mean")(x)
    model = keras.Model(image, layers.Dense(5, name="scores")(x), name="own")
    set_live_weights(model)
    return model


@pytest.fixture(scope="module")
def mobilenet():
    """MobileNet resizes by nearest pixels."""
    return built_alive(lambda: MobileNet(alpha=0.25, weights=None, input_shape=(64, 48, 3)))


@pytest.fixture(scope="module")
def lite():
    """EfficientNetLite0 resizes by a filter that no graph can express."""
    return built_alive(lambda: EfficientNetLite0(weights=None, input_shape=(64, 64, 3)))


def assert_prepared(model, pixels):
    predictor = amalthea.predictor(model, preprocess=True)
    assert [spec.dtype for spec in predictor.runner.inputs] == ["uint8"]
    [expected] = answers_of_keras(model, [prepared(pixels, predictor.preparation)])
    assert_close(predictor(pixels), expected, "OpenVINO")
    return expected


@pytest.mark.parametrize("size", [(64, 48), (100, 75), (30, 200), (1, 1)], ids=str)
def test_pictures_of_any_size(mobilenet, size):
    expected = assert_prepared(mobilenet, pictures(3, *size, 3))
    assert clearly_different(expected[0], expected[1])


def test_a_filter_that_smooths(lite):
    assert amalthea.predictor(lite, preprocess=True).preparation.interpolation == "bicubic"
    assert_prepared(lite, pictures(3, 150, 90, 3))


def test_channels_first(mobilenet):
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        other = MobileNet(alpha=0.25, weights=None, input_shape=(3, 64, 48))
    finally:
        keras.config.set_image_data_format(before)
    other.set_weights(mobilenet.get_weights())
    pixels = pictures(2, 50, 70, 3)
    expected = amalthea.predictor(mobilenet, preprocess=True)(pixels)
    found = amalthea.predictor(other, preprocess=True)(pixels)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("count", [0, 1, 2, 32, 33, 70])
def test_any_number_of_pictures_in_their_order(count):
    predictor = amalthea.predictor(own_model(), preprocess=True, scaling="tf")
    pixels = pictures(70, 30, 21, 3)
    expected = np.concatenate([predictor(picture[None]) for picture in pixels])
    np.testing.assert_allclose(predictor(pixels[:count]), expected[:count], rtol=0, atol=1e-5)
    np.testing.assert_allclose(predictor.predict(pixels[:count], batch_size=9), expected[:count], rtol=0, atol=1e-5)


def test_batches_of_different_sizes():
    predictor = amalthea.predictor(own_model(), preprocess=True, scaling="tf")
    one, other = pictures(2, 30, 21, 3), pictures(3, 20, 24, 3)
    found = predictor(iter([one, (other, None)]))
    np.testing.assert_array_equal(found, np.concatenate([predictor(one), predictor(other)]))


def test_any_kind_of_whole_numbers():
    predictor, pixels = amalthea.predictor(own_model(), preprocess=True, scaling="tf"), pictures(3, 30, 21, 3)
    expected = predictor(pixels)
    same = [pixels.astype(np.int64), pixels.tolist(), list(pixels), [pixels], {"image": pixels}]
    for x in [*same, keras.ops.convert_to_tensor(pixels)]:
        np.testing.assert_array_equal(predictor(x), expected)


def test_a_scaling_that_is_given_counts(mobilenet):
    pixels = pictures(2, 64, 48, 3)
    [expected] = answers_of_keras(mobilenet, [scale(pixels, "caffe")])
    predictor = amalthea.predictor(mobilenet, preprocess=True, scaling="caffe")
    assert predictor.preparation.scaling == Scaling.CAFFE.steps
    np.testing.assert_allclose(predictor(pixels), expected, rtol=0, atol=1e-5)
    assert clearly_different(expected, amalthea.predictor(mobilenet, preprocess=True)(pixels))


def test_a_model_of_ones_own():
    predictor = amalthea.predictor(own_model(), preprocess=True, scaling=1 / 255)
    assert predictor.preparation == Preparation(size=(20, 24), scaling=predictor.preparation.scaling)
    pixels = pictures(2, 50, 60, 3)
    [expected] = answers_of_keras(own_model(), [prepared(pixels, predictor.preparation)])
    np.testing.assert_allclose(predictor(pixels), expected, rtol=0, atol=1e-5)


def test_a_model_of_ones_own_for_any_size_takes_pictures_as_they_are():
    model = own_model((None, None, 3))
    predictor = amalthea.predictor(model, preprocess=True, scaling="torch")
    assert predictor.preparation is None
    for size in ((9, 30), (25, 8)):
        pixels = pictures(2, *size, 3)
        [expected] = answers_of_keras(model, [scale(pixels, "torch")])
        np.testing.assert_allclose(predictor(pixels), expected, rtol=0, atol=1e-5)
    with pytest.raises(
        ArgumentError, match=r"input 'image' of type uint8 takes whole numbers in \[0, 255\]; given were"
    ):
        predictor(np.full((1, 9, 30, 3), 0.5))


def test_files_are_answered_alike(mobilenet, tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(35)]
    for number, path in enumerate(paths):
        Image.fromarray(pictures(40 + number, 60, 3, seed=number)).save(path)
    outside = amalthea.predictor(mobilenet).predict_images(paths, top=3)
    inside = amalthea.predictor(mobilenet, preprocess=True).predict_images(paths, top=3)
    for one, other in zip(outside, inside, strict=True):
        assert [found.name for found in one.classes] == [found.name for found in other.classes]
        for found, expected in zip(other.classes, one.classes, strict=True):
            assert found.probability == pytest.approx(expected.probability, abs=1e-5)


def test_in_onnx_runtime():
    pytest.importorskip("onnxruntime")
    settings = {"preprocess": True, "scaling": "caffe"}
    model, pixels = own_model(), pictures(5, 33, 21, 3)
    ours = amalthea.predictor(model, **settings)
    theirs = amalthea.predictor(model, runtime="onnxruntime", **settings)
    np.testing.assert_allclose(theirs(pixels), ours(pixels), rtol=1e-4, atol=1e-4)
    for name, found in theirs.features(pixels, "*").items():
        np.testing.assert_allclose(found, ours.features(pixels, name)[name], rtol=1e-4, atol=1e-3)


def test_no_thread_is_left(mobilenet):
    predictor = amalthea.predictor(mobilenet, preprocess=True)
    predictor(pictures(70, 30, 30, 3))
    with pytest.raises(ArgumentError):
        predictor(iter([pictures(70, 30, 30, 3), np.zeros(3)]))
    assert not [thread for thread in threading.enumerate() if "resizing" in thread.name]


@pytest.mark.parametrize("threads", [1, 3])
def test_no_more_threads_than_are_allowed(mobilenet, threads):
    predictor = amalthea.predictor(mobilenet, preprocess=True, threads=threads)
    assert predictor.runner.threads == threads
    groups = resized(pictures(70, 30, 30, 3), predictor.preparation, predictor.runner.threads)
    next(groups)
    # Fewer, where one has ended its picture before the next is to be begun.
    assert 1 <= sum(thread.name.startswith("amalthea-pictures_") for thread in threading.enumerate()) <= threads
    groups.close()


PROCESS = """
import json, sys
import amalthea, numpy
predictor = amalthea.predictor("MobileNet", alpha=0.25, preprocess=True)
pixels = numpy.load(sys.argv[1])
best = predictor(pixels).argmax(axis=1).tolist()
features = {name: found.shape for name, found in predictor.features(pixels, "conv_pw_1_*").items()}
heavy = {"keras", "onnx", "scipy", "tensorflow", "torch", "jax"} & set(sys.modules)
print(json.dumps([best, features, sorted(heavy)]))
"""


def test_by_name_the_second_process_needs_no_keras(cached_weights, tmp_path, test_data, home):
    pixels = np.stack([np.asarray(Image.open(test_data / "images" / "elephant.jpg").convert("RGB"))])
    np.save(tmp_path / "pixels.npy", pixels)
    command = [sys.executable, "-c", PROCESS, str(tmp_path / "pixels.npy")]
    environment = os.environ | {"KERAS_BACKEND": "openvino"}  # which starts soonest
    first, second = (
        json.loads(subprocess.run(command, capture_output=True, check=True, env=environment).stdout) for _ in range(2)
    )
    assert first[0] == second[0] == [386]  # the African elephant
    assert first[1] == second[1] == {name: [1, 112, 112, 16] for name in ("conv_pw_1_bn", "conv_pw_1_relu")}
    assert "keras" in first[2]
    assert second[2] == []
    assert amalthea.predictor("MobileNet", alpha=0.25).runner.inputs[0].dtype == "float32"
    assert len(list((home / "cache" / "graphs").glob("*"))) == 3


def test_a_file_takes_pictures_of_any_size(mobilenet, tmp_path):
    flat = layers.Flatten(name="flat")(mobilenet.get_layer("conv_pw_13_relu").output)
    model = keras.Model(mobilenet.input, layers.Dense(2, "softmax", name="two")(flat))
    amalthea.save(model, tmp_path / "own.onnx", classes=["cat", "dog"], scaling="tf", interpolation="bilinear")
    predictor, pixels = amalthea.load(tmp_path / "own.onnx"), pictures(3, 90, 70, 3)
    expected = model.predict(prepared(pixels, predictor.preparation), verbose=0)
    np.testing.assert_allclose(predictor(pixels), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.zeros((1, 20, 24, 3)), r"takes pictures as they are decoded, RGB in .* given was an array of type float64"),
        (np.full((1, 20, 24, 3), 256), "given was whole numbers from 256 to 256"),
        (pictures(20, 24, 3), r"given was \(20, 24, 3\)\. .* A single one needs an axis in front: x\[None\]"),
        (
            pictures(1, 3, 20, 24),
            r"shape \(batch, 20, 24, 3\); given was \(1, 3, 20, 24\)\. Other rows and columns are",
        ),
        (pictures(1, 20, 24, 4), r"given was \(1, 20, 24, 4\)"),
        (pictures(1, 0, 24, 3), r"given was \(1, 0, 24, 3\)"),
        (np.array(["a"]), "must be real numbers; given was an array of type <U1"),
        (
            [pictures(9, 8, 3), pictures(8, 9, 3)],
            "own takes pictures of one size at a time. Give them in several calls",
        ),
    ],
    ids=["float", "large", "single", "channels_first", "alpha", "empty", "text", "sizes"],
)
def test_what_it_cannot_take(pixels, message):
    with pytest.raises(ArgumentError, match=message):
        amalthea.predictor(own_model(), preprocess=True, scaling="tf")(pixels)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"preprocess": True}, "Model 'own' does not say which pixels it expects. Give scaling='caffe', 'tf', 'torch'"),
        ({"preprocess": True, "scaling": "pytorch"}, "scaling='pytorch' is unknown; choose one of 'caffe', 'tf'"),
        ({"scaling": "tf"}, "scaling='tf' is for pictures as they are decoded: give preprocess=True"),
        ({"preprocess": "tf"}, "preprocess='tf'; allowed are True and False"),
    ],
    ids=["unknown", "other", "alone", "text"],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        amalthea.predictor(own_model(), **arguments)


def test_a_model_that_takes_no_pictures():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, name="two")], name="numbers")
    with pytest.raises(ArgumentError, match="scaling is for models with a single input, pictures of three channels"):
        amalthea.predictor(model, preprocess=True, scaling="tf")


def test_a_preparation_that_was_replaced(mobilenet):
    """As a classifier does with its own: what the runner takes stays as it is."""
    plain = amalthea.predictor(mobilenet)
    other = replace(plain, preparation=replace(plain.preparation, scaling=Scaling.TORCH.steps))
    x = np.random.default_rng(0).random((2, 64, 48, 3), np.float32)
    np.testing.assert_array_equal(other(x), plain(x))
