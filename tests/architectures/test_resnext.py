"""ResNeXt against keras-applications 1.0.8, and its grouped convolution against Keras' own."""

import copy
import os
import pickle
import subprocess
import sys
from importlib.util import find_spec

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.architectures import get_model
from amalthea.architectures._blocks import convolve_by_group
from amalthea.architectures.resnext import block
from tests.conftest import ROOT
from tests.live_weights import clearly_different, set_live_weights, two_pictures, zero_one_layer

GROUPS = 4
SIDES = ((9, 7), (12, 12))


@pytest.mark.single_backend
@pytest.mark.parametrize(("name", "side"), [("ResNeXt50", 224), ("ResNeXt101", 64)])
def test_files_of_keras_applications_are_loaded_and_answer_as_there(name, side, tmp_path):
    for package in ("keras_applications", "tf_keras"):
        if not find_spec(package):
            pytest.skip(f"{package} is not installed")
    program = [sys.executable, "-m", "tests.architectures.resnext_reference", name, str(side), str(tmp_path)]
    subprocess.run(program, check=True, cwd=ROOT, timeout=240)
    answers = np.load(tmp_path / "answers.npz")
    pictures, logits, features = (answers[part] for part in ("pictures", "logits", "features"))
    assert clearly_different(logits[0], logits[1]), "the weights are not live"

    size = {"input_shape": (side, side, 3)}
    model = get_model(name, weights=tmp_path / "top.h5", classifier_activation=None, **size)
    assert [layer.name for layer in model.layers if layer.weights] == list(answers["names"])
    np.testing.assert_allclose(answer(model, pictures), logits, rtol=0, atol=1e-4 * logits.std())
    for file in ("top.h5", "notop.h5"):
        headless = get_model(name, weights=tmp_path / file, include_top=False)
        np.testing.assert_allclose(answer(headless, pictures), features, rtol=0, atol=1e-4 * features.std())
    layer = zero_one_layer(model)
    assert clearly_different(answer(model, pictures), logits), f"zeroing {layer} went unnoticed"


def answer(model, pictures):
    return keras.ops.convert_to_numpy(model(pictures, training=False))


def grouped(by_group, data_format, sides=(None, None), **settings):
    """A convolution between two others, the middle one split by us or not."""
    shape = (*sides, 3) if data_format == "channels_last" else (3, *sides)
    layer = layers.Conv2D(4 * GROUPS, 3, groups=GROUPS, data_format=data_format, name="grouped", **settings)
    before, after = (layers.Conv2D(2 * GROUPS, 1, data_format=data_format) for _ in range(2))
    model = keras.Sequential([keras.Input(shape), before, convolve_by_group(layer) if by_group else layer, after])
    set_live_weights(model)
    return model


@pytest.mark.parametrize(
    "settings",
    [{}, {"strides": 2}, {"padding": "same"}, {"padding": "same", "strides": 2}, {"dilation_rate": 2}],
    ids=str,
)
def test_by_group_is_the_grouped_convolution(settings, data_format):
    ours, theirs = (grouped(by_group, data_format, **settings) for by_group in (True, False))
    for sides in SIDES:  # one model, whose sides are open
        pictures = two_pictures((*sides, 3) if data_format == "channels_last" else (3, *sides))
        expected = answer(theirs, pictures)
        assert clearly_different(expected[0], expected[1])
        np.testing.assert_allclose(answer(ours, pictures), expected, rtol=0, atol=1e-6 * expected.std())


def test_by_group_twice_is_once(data_format):
    model = grouped(True, data_format)
    pictures = two_pictures((*SIDES[0], 3) if data_format == "channels_last" else (3, *SIDES[0]))
    expected = answer(model, pictures)
    fast = model.get_layer("grouped").convolution_op
    assert convolve_by_group(model.get_layer("grouped")).convolution_op == fast
    assert np.array_equal(answer(model, pictures), expected)


@pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")
def test_by_group_learns_what_the_grouped_convolution_learns(data_format):
    models = [grouped(by_group, data_format, SIDES[0]) for by_group in (True, False)]
    pictures = two_pictures(models[0].input_shape[1:])
    before = models[0].get_weights()
    for model in models:
        model.compile(keras.optimizers.SGD(0.01), "mse")
        model.train_on_batch(pictures, np.ones((2, *model.output_shape[1:]), "float32"))
    for ours, theirs, start in zip(*(model.get_weights() for model in models), before, strict=True):
        assert clearly_different(ours, start)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5 * max(theirs.std(), 0.1))


@pytest.fixture
def network():
    """One block of the network, and what it answers."""
    image = keras.Input((None, None, 32))
    model = keras.Model(image, block(image, 64, stride=2, first=True, name="block"))
    set_live_weights(model)
    return model


COPIES = {
    "copied": copy.deepcopy,
    "pickled": lambda model: pickle.loads(pickle.dumps(model)),
    "cloned": keras.models.clone_model,
    "from configuration": lambda model: keras.Model.from_config(model.get_config()),
}


@pytest.mark.parametrize("way", COPIES)
def test_copies_are_plain_and_answer_alike(network, way):
    duplicate = COPIES[way](network)
    assert "convolution_op" not in vars(duplicate.get_layer("block_2_conv"))
    duplicate.set_weights(network.get_weights())
    pictures = two_pictures((8, 10, 32))
    expected = answer(network, pictures)
    np.testing.assert_allclose(answer(duplicate, pictures), expected, rtol=0, atol=1e-6 * expected.std())


@pytest.mark.single_backend
def test_saved_models_load_in_plain_keras(network, tmp_path):
    network.save(tmp_path / "model.keras")
    np.save(tmp_path / "pictures.npy", two_pictures((8, 10, 32)))
    np.save(tmp_path / "expected.npy", answer(network, two_pictures((8, 10, 32))))
    script = (
        "import sys, keras, numpy as np\n"
        "model = keras.models.load_model('model.keras')\n"
        "layer = model.get_layer('block_2_conv')\n"
        "assert type(layer) is keras.layers.Conv2D and layer.groups == 32\n"
        "found = keras.ops.convert_to_numpy(model(np.load('pictures.npy'), training=False))\n"
        "assert np.allclose(found, np.load('expected.npy'), atol=1e-5)\n"
        "assert 'amalthea' not in sys.modules\n"
    )
    environment = {**os.environ, "KERAS_BACKEND": keras.config.backend()}
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path, env=environment, timeout=240)
