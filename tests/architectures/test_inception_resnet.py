"""InceptionResNetV2 on every backend: the whole network once, and one block of it where that proves the same."""

import subprocess
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest

from amalthea import _keras
from amalthea.architectures._blocks import pooled_top
from amalthea.architectures.inception_resnet import A, B, C, InceptionResNetV2, repeated
from tests.architectures.test_parity import assert_equal_networks
from tests.live_weights import set_live_weights, two_pictures


@pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend needs minutes for its layers")
def test_features_are_those_of_keras(data_format):
    shape = (75, 75, 3) if data_format == "channels_last" else (3, 75, 75)
    settings = {"weights": None, "include_top": False, "input_shape": shape}
    with _keras.no_initial_values():
        ours, theirs = InceptionResNetV2(**settings), keras.applications.InceptionResNetV2(**settings)
    assert_equal_networks(ours, theirs, shape)


def short_network(kind, shape):
    """One block, and a classifier of two."""
    image = keras.Input(shape)
    return keras.Model(image, pooled_top(repeated(image, replace(kind, repeats=1)), 2, None))


@pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")
@pytest.mark.parametrize("kind", [A, B, C], ids=lambda kind: kind.name)
def test_a_block_learns(kind, data_format):
    shape = (8, 9, 7) if data_format == "channels_last" else (7, 8, 9)
    model = short_network(kind, shape)
    set_live_weights(model)
    before = [keras.ops.convert_to_numpy(variable) for variable in model.trainable_variables]
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mean_squared_error")
    assert np.isfinite(model.train_on_batch(two_pictures(shape), np.array([[0.0, 1.0], [1.0, 0.0]])))
    for variable, array in zip(model.trainable_variables, before, strict=True):
        assert np.abs(keras.ops.convert_to_numpy(variable) - array).max() > 0, f"{variable.path} did not move"


@pytest.mark.single_backend
def test_saved_models_load_in_plain_keras(tmp_path):
    """The layer that adds a fraction is Keras' own, not one of ours that Keras would not know."""
    model = short_network(A, (9, 9, 7))
    set_live_weights(model)
    path = tmp_path / "model.keras"
    model.save(path)
    pictures = two_pictures((9, 9, 7))
    np.save(tmp_path / "pictures.npy", pictures)
    script = (
        "import sys, keras, numpy as np\n"
        f"model = keras.models.load_model({str(path)!r})\n"
        "assert 'CustomScaleLayer' in {type(layer).__name__ for layer in model.layers}\n"
        f"found = model.predict(np.load({str(tmp_path / 'pictures.npy')!r}), verbose=0)\n"
        f"np.save({str(tmp_path / 'found.npy')!r}, found)\n"
        "assert 'amalthea' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=240)
    expected = model.predict(pictures, verbose=0)
    np.testing.assert_allclose(np.load(tmp_path / "found.npy"), expected, rtol=0, atol=1e-2 * expected.std())
