"""The examples run as a newcomer would call them, and say what keras.applications says with the same weights."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from amalthea import _keras
from amalthea.applications.imagenet_utils import decode_predictions
from amalthea.apps.predict import DEMO
from amalthea.storage import digest
from tests.live_weights import set_live_weights

EXAMPLES = Path(__file__).parents[1] / "examples"

pytestmark = pytest.mark.single_backend


@pytest.fixture
def run():
    """Runs an example as a newcomer does, who has chosen no backend, and returns what it printed."""

    def script(name, *arguments):
        command = [sys.executable, EXAMPLES / f"{name}.py", *arguments]
        environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
        result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert result.returncode == 0, result.stderr
        return result.stdout

    return script


@pytest.fixture
def picture(tmp_path):
    return Path(shutil.copy(DEMO, tmp_path / "cat.jpg"))


def saved(model, folder):
    """A weight file that Keras wrote, with weights under which the answer depends on the picture."""
    _keras.pin_openvino_precision()
    set_live_weights(model)
    path = folder / "weights.h5"
    keras.saving.save_model(model, path)
    return path


def pixels(picture):
    return keras.utils.img_to_array(keras.utils.load_img(picture, target_size=(224, 224)))[None]


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_features_with_vgg16(run, picture, tmp_path):
    theirs = keras.applications.VGG16(weights=None, include_top=False)
    output = run("extract_features_with_vgg16", picture, saved(theirs, tmp_path))
    assert output == "Features: (1, 7, 7, 512)\n"
    expected = theirs.predict(keras.applications.vgg16.preprocess_input(pixels(picture)), verbose=0)
    np.testing.assert_allclose(np.load(picture.with_suffix(".npy")), expected, rtol=1e-3, atol=1e-3 * expected.std())


def test_features_of_block4_pool_with_vgg19(run, picture, tmp_path):
    theirs = keras.applications.VGG19(weights=None, include_top=False)
    output = run("extract_features_of_any_layer_with_vgg19", picture, saved(theirs, tmp_path))
    assert output == "Features of block4_pool: (1, 14, 14, 512)\n"
    part = keras.Model(theirs.input, theirs.get_layer("block4_pool").output)
    expected = part.predict(keras.applications.vgg19.preprocess_input(pixels(picture)), verbose=0)
    np.testing.assert_allclose(np.load(picture.with_suffix(".npy")), expected, rtol=1e-3, atol=1e-3 * expected.std())


@pytest.mark.parametrize(
    ("example", "name", "module"),
    [
        ("classify_with_resnet50", "ResNet50", keras.applications.resnet50),
        ("build_inceptionv3_on_your_own_input", "InceptionV3", keras.applications.inception_v3),
    ],
)
def test_classes(run, picture, tmp_path, example, name, module):
    theirs = getattr(module, name)(weights=None, input_tensor=keras.Input((224, 224, 3)))
    output = run(example, picture, saved(theirs, tmp_path))
    expected = decode_predictions(theirs.predict(module.preprocess_input(pixels(picture)), verbose=0), top=3)[0]
    answer = ast.literal_eval(output.removeprefix("Predicted: "))
    assert [row[:2] for row in answer] == [row[:2] for row in expected]
    assert [row[2] for row in answer] == pytest.approx([row[2] for row in expected], abs=1e-4)


OLD_RESNET50 = "a7b3fe01876f51b976af0dea6bc144eb"  # md5; Keras' file until 2.3.1, which the documentation speaks of


def test_the_elephant_of_the_documentation(run, test_data, outer_environment):
    keras_home = Path(outer_environment.get("KERAS_HOME") or Path(outer_environment["HOME"], ".keras"))
    others = filter(None, outer_environment.get("AMALTHEA_WEIGHTS", "").split(os.pathsep))
    name = "resnet50_weights_tf_dim_ordering_tf_kernels*.h5"
    found = [path for folder in (keras_home / "models", *map(Path, others)) for path in folder.glob(name)]
    old = next((path for path in found if digest(path, "md5") == OLD_RESNET50), None)
    if old is None:
        pytest.skip(f"no {name} with md5 {OLD_RESNET50} in ~/.keras/models or AMALTHEA_WEIGHTS")
    output = run("classify_with_resnet50", test_data / "images" / "elephant.jpg", old)
    answer = {name: probability for _, name, probability in ast.literal_eval(output.removeprefix("Predicted: "))}
    expected = {"Indian_elephant": 0.8266, "tusker": 0.1122, "African_elephant": 0.0610}
    assert answer == pytest.approx(expected, abs=0.002)
