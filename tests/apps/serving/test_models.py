"""Which networks a server opens, by which names, and the trial that each passes before anybody may ask."""

import shutil
from threading import current_thread, main_thread
from types import SimpleNamespace

import numpy as np
import pytest
import requests

import amalthea

pytest.importorskip("starlette")

from amalthea.apps.serving import ServedModel, ServedModels, open_models
from amalthea.apps.serving.trial import tried
from amalthea.errors import ArgumentError, MissingFileError, ModelFileError, UnknownModelError
from amalthea.runtime.runners import TensorSpec
from tests.apps.serving.conftest import server_in_thread

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def plain_file(tmp_path_factory):
    """A network that says nothing of pictures and classes."""
    import keras

    file = tmp_path_factory.mktemp("plain") / "plain.onnx"
    amalthea.save(keras.Sequential([keras.Input((12,)), keras.layers.Dense(3)]), file)
    return file


@pytest.fixture(scope="module")
def several(network_file, plain_file, tmp_path_factory):
    copy = shutil.copy(network_file, tmp_path_factory.mktemp("copy") / "pets.onnx")
    with server_in_thread(copy, network_file, plain_file) as url:
        yield url


def test_several_networks(several, test_data):
    found = requests.get(f"{several}/v1/models", timeout=10).json()["models"]
    assert [(each["name"], each["default"], each["source"], each["pictures"]) for each in found] == [
        ("pets", True, "pets.onnx", True),
        ("mobilenet", False, "mobilenet.onnx", True),
        ("plain", False, "plain.onnx", False),
    ]
    assert found[0].items() >= {"classes": 1000, "size": [224, 224], "variant": None, "threshold": None}.items()
    assert found[2].items() >= {"classes": 0, "size": None, "precision": "float32"}.items()
    picture = (test_data / "images" / "hot_dog.jpg").read_bytes()
    for query, name in (("", "pets"), ("?model=mobilenet", "mobilenet")):
        answer = requests.post(
            f"{several}/v1/predict{query}", picture, headers={"Content-Type": "image/jpeg"}, timeout=20
        )
        assert (answer.status_code, answer.json()["model"]) == (200, name)


def test_a_network_that_takes_no_pictures(several):
    answer = requests.post(
        f"{several}/v1/predict?model=plain", b"x", headers={"Content-Type": "image/jpeg"}, timeout=20
    )
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(
        "plain does not say which pixels it expects, so that it takes arrays alone: POST /v2/models/plain/infer."
    )


def test_a_name_of_the_catalogue_takes_pictures_as_they_are_decoded():
    [model] = open_models(["efficientnet-lite0"])
    assert (model.name, model.source, model.takes_pictures) == ("EfficientNetLite0", "catalogue", True)
    assert model.predictor.runner.inputs[0].dtype == "uint8"
    tried(model.predictor, "float32")


@pytest.mark.parametrize(
    ("names", "kind", "words"),
    [
        ([], ArgumentError, "No model was named"),
        (["ResNet5O"], UnknownModelError, "Did you mean ResNet50"),
        (["nowhere.onnx"], MissingFileError, "There is no file nowhere.onnx"),
        (["a/pets.onnx", "b/pets.onnx"], ArgumentError, "a/pets.onnx and b/pets.onnx would both be served as 'pets'"),
        (["ResNet50", "resnet50"], ArgumentError, "ResNet50 and resnet50 would both be served as 'ResNet50'"),
    ],
    ids=str,
)
def test_networks_that_cannot_be_opened(names, kind, words):
    with pytest.raises(kind, match=words):
        open_models(names)


def test_a_file_that_fails_its_self_test_is_refused(network_file, tmp_path, monkeypatch):
    from amalthea.runtime import loading

    monkeypatch.setattr(loading, "distance", lambda *_: 0.3)
    with pytest.raises(ModelFileError, match=r"mobilenet\.onnx fails its self-test"):
        open_models([str(network_file)])


def network(answer, shape=(None, 3)):
    """A predictor whose runner answers as it likes."""
    runner = SimpleNamespace(inputs=(TensorSpec("x", shape),))
    made = SimpleNamespace(name="small", runner=runner, preparation=None, classes=())
    made.runner = type("Runner", (), {"inputs": runner.inputs, "__call__": staticmethod(answer)})()
    return made


def test_the_trial_asks_alone_and_among_others():
    asked = []

    def answer(arrays):
        asked.append(len(arrays[0]))
        return [np.ones((len(arrays[0]), 4), np.float32)]

    tried(network(answer), "float32")
    assert sorted(asked) == [1, 5, 5, 5]


@pytest.mark.parametrize("wrong", [1.01, np.nan, np.inf])
def test_a_network_that_answers_otherwise_among_others_fails(wrong):
    def answer(arrays):
        found = np.ones((len(arrays[0]), 4), np.float32)
        found[4:, 2] = wrong
        return [found]

    with pytest.raises(ModelFileError, match="small fails its self-test: two answers to the same question are"):
        tried(network(answer), "float32")
    if wrong == 1.01:
        tried(network(answer), "bfloat16")


def test_a_network_that_cannot_be_asked_by_several_at_a_time_fails():
    def answer(arrays):
        if current_thread() is not main_thread():
            raise RuntimeError("not from this thread")
        return [np.ones((len(arrays[0]), 4), np.float32)]

    with pytest.raises(RuntimeError, match="not from this thread"):
        tried(network(answer), "float32")


def test_a_network_of_any_size_is_not_asked_without_knowing_which():
    tried(network(lambda arrays: pytest.fail("it was asked"), shape=(None, None)), "float32")


def test_names_that_nobody_bears(network_file):
    opened = open_models([str(network_file)])
    served = ServedModels((ServedModel(name="pets", predictor=opened.default.predictor, source="x"),))
    assert served.find(None).name == "pets"
    with pytest.raises(UnknownModelError, match=r"There is no model 'pest' here; there is pets\. Did you mean pets\?"):
        served.find("pest")
    with pytest.raises(UnknownModelError, match=r"There is no model 'x' here; there is pets\.$"):
        served.find("x")


def test_a_server_whose_network_fails_its_trial_ends(network_file, monkeypatch, capfd):
    """It is never ready, and says why."""
    from amalthea.apps.serving import ServerSettings, serve
    from amalthea.apps.serving import models as module

    def fails(predictor, precision):
        raise ModelFileError(f"{predictor.name} fails its self-test")

    monkeypatch.setattr(module, "tried", fails)
    with pytest.raises(ModelFileError, match=r"mobilenet\.onnx fails its self-test"):
        serve(ServerSettings(port=0), open_models([str(network_file)]))
    said = capfd.readouterr().err.splitlines()
    assert said[0].startswith("Amalthea serves on http://127.0.0.1:")
    assert '"level": "error", "message": "mobilenet.onnx fails its self-test"' in said[1]
