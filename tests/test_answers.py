"""Real photographs, real weights, known answers: the same through every way that leads to them."""

import json
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
import pytest
from click.testing import CliRunner

import amalthea
from amalthea.applications import EfficientNetLite0, MobileNet, efficientnet_lite, mobilenet
from amalthea.apps.command_line import command_line
from amalthea.preprocessing.image import img_to_array, load_img

# picture, its best class with alpha 0.75 and with 0.25, by Keras' own MobileNet on the same weights
KNOWN = (
    ("elephant.jpg", ("African_elephant", 0.854), ("African_elephant", 0.897)),
    ("parrot.jpg", ("macaw", 1.000), ("macaw", 0.965)),
    ("hot_dog.jpg", ("hotdog", 0.796), ("hotdog", 0.310)),
    ("grace_hopper.bmp", ("military_uniform", 0.740), ("bow_tie", 0.315)),
    ("cat_720p.jpg", ("Egyptian_cat", 0.607), ("tabby", 0.395)),
    ("pets.jpg", ("Boston_bull", 0.973), ("Italian_greyhound", 0.240)),
)
TOLERANCE = 0.002


def assert_known(found, alpha):
    """Found: one (name, probability) a picture of KNOWN, in its order."""
    for (picture, large, small), (name, probability) in zip(KNOWN, found, strict=True):
        expected, published = large if alpha == 0.75 else small
        assert name == expected, picture
        assert probability == pytest.approx(published, abs=TOLERANCE), picture


@pytest.fixture
def paths(test_data):
    return [test_data / "images" / picture for picture, *_ in KNOWN]


@pytest.mark.parametrize("alpha", [0.25, 0.75])
def test_model_predict(cached_weights, paths, alpha):
    model = MobileNet(alpha=alpha)
    pictures = np.stack([img_to_array(load_img(path, target_size=(224, 224))) for path in paths])
    scores = model.predict(mobilenet.preprocess_input(pictures), verbose=0)
    assert_known([(best[0][1], best[0][2]) for best in mobilenet.decode_predictions(scores, top=1)], alpha)


@pytest.mark.parametrize("alpha", [0.25, 0.75])
def test_predictor_on_arrays(cached_weights, paths, alpha):
    predictor = amalthea.predictor(MobileNet(alpha=alpha))
    pictures = np.stack([img_to_array(load_img(path, target_size=(224, 224))) for path in paths])
    scores = predictor(mobilenet.preprocess_input(pictures))
    assert_known([(best[0][1], best[0][2]) for best in mobilenet.decode_predictions(scores, top=1)], alpha)


@pytest.mark.parametrize("alpha", [0.25, 0.75])
def test_predictor_on_pictures(cached_weights, paths, alpha):
    for model in (MobileNet(alpha=alpha), "MobileNet"):
        arguments = {"alpha": alpha} if model == "MobileNet" else {}
        predictions = amalthea.predictor(model, **arguments).predict_images(paths, top=1)
        assert [prediction.path for prediction in predictions] == [str(path) for path in paths]
        assert_known([(item.classes[0].name, item.classes[0].probability) for item in predictions], alpha)


@pytest.mark.parametrize("alpha", [0.25, 0.75])
def test_command_line(cached_weights, paths, alpha):
    command = ["predict", *map(str, paths), "--model", "MobileNet", "--alpha", str(alpha), "--json"]
    for _ in range(2):  # the second time without Keras, from the cached graph
        result = CliRunner().invoke(command_line, command)
        assert result.exit_code == 0, result.output
        rows = json.loads(result.stdout)
        assert [row["path"] for row in rows] == [str(path) for path in paths]
        assert_known([(row["classes"][0]["name"], row["classes"][0]["probability"]) for row in rows], alpha)


def test_weights_by_path_are_the_same_weights(cached_weights, paths):
    model = MobileNet(alpha=0.25, weights=cached_weights / "mobilenet_2_5_224_tf.h5")
    predictions = amalthea.predictor(model).predict_images(paths, top=1)
    assert_known([(item.classes[0].name, item.classes[0].probability) for item in predictions], 0.25)


def test_the_full_file_also_fills_a_network_without_top(cached_weights, test_data):
    features = MobileNet(
        alpha=0.25, include_top=False, input_shape=(224, 224, 3), weights=cached_weights / "mobilenet_2_5_224_tf.h5"
    )
    full = MobileNet(alpha=0.25)
    for ours, theirs in zip(features.weights, full.weights, strict=False):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(ours), keras.ops.convert_to_numpy(theirs))


def test_weights_fill_only_the_networks_own_layers(cached_weights):
    """A layer's output as ``input_tensor`` together with weights fails in Keras ("expected 55 layers, found 54")."""
    image = keras.Input((100, 100, 3))
    resized = keras.layers.Conv2D(3, 1, name="own_convolution")(keras.layers.Resizing(224, 224)(image))
    keras.utils.set_random_seed(1)
    model = MobileNet(alpha=0.25, input_tensor=resized)
    expected = MobileNet(alpha=0.25)
    for layer in (layer for layer in expected.layers if layer.weights):
        for ours, theirs in zip(model.get_layer(layer.name).weights, layer.weights, strict=True):
            np.testing.assert_array_equal(keras.ops.convert_to_numpy(ours), keras.ops.convert_to_numpy(theirs))
    assert model.get_layer("own_convolution").weights[0].shape == (1, 1, 3, 3)


@pytest.mark.parametrize("name", ["EfficientNetLite1", "EfficientNetLite2"])
def test_larger_lites_know_what_is_on_the_pictures(name, paths):
    package = amalthea.variant(name).files[0].package.partition("/")[0]
    if not find_spec(package):
        pytest.skip(f"the Python package {package} is not installed")
    known = {picture: large[0] for picture, large, _ in KNOWN if picture != "pets.jpg"}  # several pets, several breeds
    predictions = amalthea.predictor(name).predict_images(paths, top=1)
    best = {Path(item.path).name: item.classes[0].name for item in predictions}
    assert known.items() <= best.items()


def test_lite_knows_an_elephant(test_data):
    path = test_data / "images" / "elephant.jpg"
    [prediction] = amalthea.predictor("EfficientNetLite0").predict_images([path])
    assert prediction.classes[0].name in ("African_elephant", "Indian_elephant", "tusker")

    picture = img_to_array(load_img(path, target_size=(224, 224), interpolation="bicubic"))
    scores = EfficientNetLite0().predict(efficientnet_lite.preprocess_input(picture[None]), verbose=0)
    assert efficientnet_lite.decode_predictions(scores)[0][0][1] in ("African_elephant", "Indian_elephant", "tusker")
