"""The examples run as a newcomer would call them, and say what keras.applications says with the same weights."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import amalthea
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


@pytest.fixture
def pets(test_data, tmp_path, backend):
    """Cats and dogs to train on; the examples that train need a backend that can."""
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")
    for part, count in (("train", 8), ("validation", 4)):
        for name, breed in (("cats", "Abyssinian"), ("dogs", "american_bulldog")):
            folder = tmp_path / part / name
            folder.mkdir(parents=True)
            for picture in sorted((test_data / "pets" / part / breed).glob("*.jpg"))[:count]:
                shutil.copy(picture, folder)
    return tmp_path


def weights_of(path, part):
    """Arrays by layer, of the layers whose name begins so, in a model that plain Keras loads."""
    model = keras.saving.load_model(path)
    return {layer.name: layer.get_weights() for layer in model.layers if layer.name.startswith(part) and layer.weights}


def unchanged(before, after):
    return [name for name in before if all(map(np.array_equal, before[name], after[name]))]


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_bottleneck_features_of_vgg16_then_block5(run, pets, tmp_path):
    file = saved(keras.applications.VGG16(weights=None, include_top=False, input_shape=(150, 150, 3)), tmp_path)
    first, second = tmp_path / "first.keras", tmp_path / "second.keras"
    output = run("train_on_bottleneck_features_of_vgg16", pets, "--weights", file, "--epochs", "2", "--out", first)
    assert re.match(r"Accuracy [01]\.\d+ on 8 pictures\n(?s:.*)cats .*\n *dogs ", output)
    head = keras.saving.load_model(first)
    assert head.input_shape == (None, 150, 150, 3)
    assert [layer.name for layer in head.layers if "head" in layer.name] == [
        "head_flatten",
        "head_hidden_1",
        "head_dropout_1",
        "head_scores",
    ]
    assert (head.output_shape, head.get_layer("head_hidden_1").kernel.shape) == ((None, 1), (4 * 4 * 512, 256))

    output = run("fine_tune_block5_of_vgg16", pets, first, "--epochs", "2", "--out", second)
    assert re.fullmatch(r"Validation accuracy: [01]\.\d{3} before, [01]\.\d{3} after\n", output)
    before, after = weights_of(first, "block"), weights_of(second, "block")
    theirs = keras.saving.load_model(file, compile=False)
    assert unchanged({name: theirs.get_layer(name).get_weights() for name in before}, before) == list(before)
    moved = [name for name in before if name not in unchanged(before, after)]
    assert moved in ([f"block5_conv{n}" for n in (1, 2, 3)], [])  # none where no epoch was better than none
    first_epochs, second_epochs = (len(amalthea.ImageClassifier.load(each).history["loss"]) for each in (first, second))
    assert second_epochs == first_epochs + 2, "nothing was trained"


def test_a_small_convnet_from_scratch(run, pets, tmp_path):
    pytest.importorskip("cv2", reason="warps need OpenCV")
    out = tmp_path / "first_try.keras"
    output = run("train_a_small_convnet_from_scratch", pets, "--size", "48", "--epochs", "1", "--out", out)
    assert "Found 16 images belonging to 2 classes.\nFound 8 images belonging to 2 classes.\n" in output
    assert re.search(r"Best validation accuracy: [01]\.\d{3}\n", output)
    answers = re.findall(r"^(cats/\S+\.jpg|dogs/\S+\.jpg): (cats|dogs) \([01]\.\d\d\)$", output, re.MULTILINE)
    assert len(answers) == 5
    assert keras.saving.load_model(out).output_shape == (None, 1)


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_inceptionv3_on_new_classes(run, pets, tmp_path):
    theirs = keras.applications.InceptionV3(weights=None, include_top=False, input_shape=(75, 75, 3))
    file, out = saved(theirs, tmp_path), tmp_path / "new.keras"
    options = ("--weights", file, "--size", "75", "--epochs", "1", "--out", out)
    output = run("fine_tune_inceptionv3_on_new_classes", pets / "train", *options)
    assert re.findall(r"Trained on features of (\w+), (.*):", output)[1] == ("mixed8", "(1, 1, 1280)")
    ours = keras.saving.load_model(out)
    assert ours.output_shape == (None, 200)
    same = [
        all(map(np.array_equal, our.get_weights(), their.get_weights()))
        for our, their in zip(ours.layers, theirs.layers, strict=False)
    ]
    assert all(same[:249])  # as many as the documentation of Keras freezes
    assert not all(same[249:])


def test_freezing_and_sharing(run, pets, test_data):
    file = test_data / "weights" / "mobilenet_2_5_224_tf.h5"
    output = run("freeze_and_share_layers", pets / "train", "--weights", file, "--alpha", "0.25")
    assert "Frozen: 0 of 135 arrays changed\n" in output
    # two kernels, two normalisations of four arrays
    assert "Last block trainable: 10 of 135 arrays changed\n" in output
    assert float(re.search(r"its probabilities changed by up to (\d\.\d+)", output)[1]) > 0.01


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
