"""Paths are answered by what the file is and what opens it, never by a list of networks."""

from pathlib import Path
from zipfile import ZipFile

import keras
import pytest

import amalthea
from amalthea.errors import ArgumentError, MissingFileError, ModelFileError, UnknownModelError
from amalthea.runtime import compare_speed, export, is_classifier, named_variant, quantized, what_opens
from amalthea.transfer.classifier import saving
from tests.runtime.test_saving import CLASSES, classifier

pytestmark = pytest.mark.single_backend

KINDS = {
    "own.onnx": r"is an ONNX model: amalthea.load\('own.onnx'\) opens what amalthea.save wrote",
    "own.xml": r"is a network of OpenVINO: openvino.compile_model\('own.xml', 'CPU'\) opens it",
    "own.tflite": r"is a network of LiteRT.*: ai_edge_litert.interpreter.Interpreter\('own.tflite'\) opens it",
    "own.pb": "is of TensorFlow: tensorflow.saved_model.load opens its folder",
    "own.h5": r"is of Keras 2. If it holds weights alone, amalthea.get_model\(name, weights='own.h5'\) takes them",
    "own.weights.h5": r"holds weights alone: amalthea.get_model\(name, weights='own.weights.h5'\) takes them",
    "own.safetensors": r"holds weights alone: amalthea.get_model\(name, weights='own.safetensors'\) takes them",
    "own.keras": "is no file of Keras, or damaged",
    "folder/own": r"is no network. Amalthea opens names of the catalogue and .onnx files",
}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with an empty file of each kind, and a model of the user's own."""
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    for name in KINDS:
        Path(name).touch()
    classifier().save("model.keras")
    Path("tf").mkdir()
    Path("tf", "saved_model.pb").touch()
    return tmp_path


@pytest.mark.parametrize("name", KINDS)
def test_a_predictor_is_no_way_to_open_files(name, here):
    for given in (name, Path(name)):
        with pytest.raises(ArgumentError, match=KINDS[name]) as caught:
            amalthea.predictor(given)
        assert "Did you mean" not in str(caught.value)


def test_a_model_of_the_users_own_is_shown_the_way(here):
    """The advice, followed."""
    wanted = r"model.keras is a model of Keras. Make it one that answers: `amalthea export .*; or in Python, (.*\))$"
    for opened in (amalthea.predictor, amalthea.load):
        with pytest.raises((ArgumentError, ModelFileError), match=wanted) as caught:
            opened("model.keras")
    advice = str(caught.value).split("in Python, ")[1]
    assert advice == ("amalthea.save(keras.saving.load_model('model.keras'), 'model.onnx', classes=[...], scaling=...)")
    followed = advice.replace("classes=[...]", f"classes={CLASSES!r}").replace("scaling=...", "scaling='tf'")
    eval(followed, {"amalthea": amalthea, "keras": keras})
    assert amalthea.load("model.onnx").classes == tuple(CLASSES)


def test_a_classifier_is_known_by_what_it_keeps(here):
    assert is_classifier(Path("model.keras")) is False
    with ZipFile("model.keras", "a") as archive:
        archive.writestr(saving._MEMBER, "{}")
    assert is_classifier(Path("model.keras")) is True
    way = r"model.keras is a classifier to train on. .*: amalthea.ImageClassifier.load\('model.keras'\).save"
    with pytest.raises(ArgumentError, match=way):
        amalthea.predictor("model.keras")
    for name in ("own.keras", "nowhere.keras"):
        assert is_classifier(Path(name)) is None


def test_folders_and_files_that_load_does_not_open(here):
    with pytest.raises(ModelFileError, match=r"tf is a SavedModel of TensorFlow: tensorflow.saved_model.load\('tf'\)"):
        amalthea.load("tf")
    for name in ("own.xml", "own.tflite", "own.h5", "own.keras"):
        with pytest.raises(ModelFileError, match=KINDS[name]):
            amalthea.load(name)
    with pytest.raises(MissingFileError, match=r"no file ResNet50 .* A network of that name opens amalthea.predictor"):
        amalthea.load("ResNet50")


def test_what_is_not_there_is_no_network_either(here):
    for name in ("nowhere.onnx", "nowhere.keras", "some/where", Path("nowhere")):
        with pytest.raises(MissingFileError, match=r"There is no file .*where.* \(looked for at .*Check the path"):
            amalthea.predictor(name)
    for name in ("ResNet5O", "own"):
        with pytest.raises(UnknownModelError, match="The catalogue has no model"):
            amalthea.predictor(name)


def test_paths_without_a_name(here):
    for name in ("", "."):
        with pytest.raises(UnknownModelError, match=rf"The catalogue has no model '{name}'"):
            amalthea.predictor(name)
    for path in ("/", Path("/"), Path(".")):
        with pytest.raises(ArgumentError, match=r"is no network. Amalthea opens names of the catalogue and .onnx"):
            amalthea.predictor(path)
    for path in ("", ".", "/"):
        with pytest.raises(ModelFileError, match=r"cannot be read: .* Check the path and its permissions"):
            amalthea.load(path)
        assert what_opens(Path(path)) is None
    Path("saved_model.pb").touch()
    with pytest.raises(ModelFileError, match=r"is a SavedModel of TensorFlow: tensorflow.saved_model.load\('.'\)"):
        amalthea.load(".")


def test_a_file_that_is_called_as_a_network_is_not_meant(here):
    Path("ResNet50").touch()
    assert named_variant("ResNet50").name == "ResNet50"


@pytest.mark.parametrize(
    "call",
    [
        lambda: amalthea.save("own.xml", "new.onnx"),
        lambda: amalthea.save(Path("own.xml"), "new.onnx", precision="int8", calibration="folder"),
        lambda: export("own.xml", "new.onnx"),
        lambda: export(Path("own.xml"), "new.xml"),
        lambda: list(compare_speed("own.xml")),
    ],
    ids=["save", "int8", "export", "export of a path", "speed"],
)
def test_wherever_a_network_is_wanted(call, here):
    with pytest.raises(ArgumentError, match=r"own.xml is a network of OpenVINO"):
        call()
    assert not Path("new.onnx").exists()


def test_quantizing(here):
    pytest.importorskip("nncf")
    with pytest.raises(ArgumentError, match=r"own.xml is a network of OpenVINO"):
        quantized("own.xml", "folder", min_agreement=0)


def test_a_name_is_no_model(tmp_path):
    with pytest.raises(ArgumentError, match=r"'resnet50' is the name of a network. Build it first: .*\('ResNet50'\)"):
        amalthea.save("resnet50", tmp_path / "new.onnx")


def test_nobody_knows_all_files(tmp_path):
    assert what_opens(tmp_path / "pets.csv") is None
