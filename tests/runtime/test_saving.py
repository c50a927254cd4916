"""A network in one file answers as the model did, in every runtime, and says what it needs."""

import hashlib
import json
import resource
from datetime import UTC, datetime, timedelta

import keras
import numpy as np
import onnx
import pytest
from keras import layers

import amalthea
from amalthea import _keras
from amalthea.applications import MobileNet
from amalthea.catalog import ScalingSteps
from amalthea.errors import ArgumentError, MissingFileError, StorageError, UnsupportedLayerError
from amalthea.images import read_picture, resize, scale
from tests.live_weights import built_alive, set_live_weights
from tests.runtime.agreement import answers_of_graph, answers_of_keras

CLASSES = ['a "quoted" one', "two\nlines", "🐈 кот", "", "b"]


def classifier(shape=(40, 36, 3), units=5, activation="softmax", **settings):
    """A small network of somebody's own."""
    model = keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(8, 5, strides=3, activation="relu", data_format="channels_last"),
            layers.GlobalAveragePooling2D(data_format="channels_last"),
            layers.Dense(units, activation=activation),
        ],
        **{"name": "own"} | settings,
    )
    set_live_weights(model)
    return model


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (6, 40, 36, 3), np.uint8)


@pytest.fixture
def photographs(test_data):
    return sorted((test_data / "images").glob("*.jpg"))[:5]


def test_it_answers_as_the_model_did(tmp_path, photographs):
    model, path = classifier(), tmp_path / "own.onnx"
    amalthea.save(model, path, classes=CLASSES, scaling="caffe", interpolation="bicubic")
    prepared = [scale(resize(read_picture(file), (40, 36), "bicubic"), "caffe") for file in photographs]
    [expected] = answers_of_keras(model, [np.stack(prepared)])
    assert expected.std(axis=0).max() > 0.01, "the pictures look the same to this network"

    predictor = amalthea.load(path)
    assert predictor.classes == tuple(CLASSES)
    assert repr(predictor) == "<Predictor own.onnx: (None, 40, 36, 3) -> (None, 5)>"
    np.testing.assert_allclose(list(predictor.probabilities(photographs)), expected, rtol=0, atol=1e-5)
    for prediction, scores in zip(predictor.predict_images(photographs, top=2), expected, strict=True):
        assert [scored.name for scored in prediction.classes] == [
            CLASSES[number] for number in scores.argsort()[:-3:-1]
        ]
        assert {scored.wordnet_id for scored in prediction.classes} == {""}
    assert len(predictor.predict_images(photographs[0], top=1000)[0].classes) == 5


def test_other_tools_open_it(tmp_path, pixels):
    model, path = classifier(), tmp_path / "own.onnx"
    amalthea.save(model, path, classes=CLASSES, scaling=1 / 255)
    graph = onnx.load(path)
    [expected] = answers_of_keras(model, [scale(pixels, 1 / 255)])
    for runtime, (found,) in answers_of_graph(graph, [pixels]).items():
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5, err_msg=runtime)
    np.testing.assert_allclose(amalthea.load(path)(pixels), expected, rtol=0, atol=1e-5)


def described(path):
    """What a file says of its network, as any reader of ONNX finds it."""
    texts = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    assert texts.keys() == {"amalthea", "sha256"}
    return json.loads(texts["amalthea"])


def test_what_a_file_says_of_its_network(tmp_path):
    model, path = classifier(), tmp_path / "own.onnx"
    amalthea.save(model, path, classes=CLASSES, scaling=1 / 255)
    said = described(path)
    tested, provenance, known = said.pop("self_test"), said.pop("provenance"), said.pop("layers")
    assert list(known) == [layer.name for layer in model.layers]
    assert said == {
        "format": 2,
        "inputs": [model.inputs[0].name],
        "outputs": 0,
        "classes": CLASSES,
        "wordnet_ids": [],
        "output": "softmax",
        "preparation": {
            "size": [40, 36],
            "interpolation": "nearest",
            "scaling": {"divisor": 255.0, "reverse_channels": False, "mean": [0.0] * 3, "deviation": [1.0] * 3},
        },
    }
    saved = datetime.fromisoformat(provenance.pop("date"))
    assert timedelta(0) <= datetime.now(UTC) - saved < timedelta(minutes=5)
    weights = b"".join(array.tobytes() for array in model.get_weights())
    assert provenance == {
        "variant": None,
        "weights": hashlib.sha256(weights).hexdigest(),
        "precision": "float32",
        "versions": {"amalthea": amalthea.__version__, "keras": keras.__version__, "onnx": onnx.__version__},
    }
    assert tested["seed"] == 0
    assert tested["shapes"] == [[1, 40, 36, 3]]
    assert [len(answer) for answer in tested["answers"]] == [5]
    assert tested["tolerance"]["float32"] == 1e-3


@pytest.mark.single_backend
def test_a_network_of_ours_knows_how_pictures_are_prepared(tmp_path, data_format, photographs):
    shape = (3, 64, 48) if data_format == "channels_first" else (64, 48, 3)
    model = built_alive(lambda: MobileNet(alpha=0.25, weights=None, input_shape=shape))
    path = tmp_path / "mobilenet.onnx"
    amalthea.save(model, path)  # with the classes of ImageNet
    expected = amalthea.predictor(model).predict_images(photographs, top=3)
    for found, wanted in zip(amalthea.load(path).predict_images(photographs, top=3), expected, strict=True):
        assert [scored[:2] for scored in found.classes] == [scored[:2] for scored in wanted.classes]
        np.testing.assert_allclose(
            [scored.probability for scored in found.classes],
            [scored.probability for scored in wanted.classes],
            rtol=0,
            atol=1e-5,
        )
    assert described(path)["provenance"]["variant"] == "MobileNet"
    assert described(path)["preparation"]["size"] == [64, 48]


@pytest.mark.single_backend
def test_one_sigmoid_becomes_two_probabilities(tmp_path, pixels):
    model, path = classifier(units=1, activation="sigmoid"), tmp_path / "pair.onnx"
    amalthea.save(model, path, classes=("cat", "dog"), scaling="tf")
    [second] = answers_of_keras(model, [scale(pixels, "tf")])
    predictor = amalthea.load(path)
    keras.utils.save_img(tmp_path / "one.png", pixels[0], scale=False)
    [found] = predictor.probabilities(tmp_path / "one.png")
    np.testing.assert_allclose(found, [1 - second[0, 0], second[0, 0]], rtol=0, atol=1e-5)
    np.testing.assert_allclose(predictor(pixels), second, rtol=0, atol=1e-5)
    assert described(path)["output"] == "sigmoid"


@pytest.mark.single_backend
def test_the_scaling_of_a_stranger_is_not_guessed(tmp_path):
    with pytest.raises(ArgumentError, match=r"'own' does not say which pixels it expects\. Give scaling='caffe', 'tf'"):
        amalthea.save(classifier(), tmp_path / "own.onnx", classes=CLASSES)
    steps = ScalingSteps(mean=(1.0, 2.0, 3.0))
    amalthea.save(classifier(), tmp_path / "own.onnx", classes=CLASSES, scaling=steps)
    assert amalthea.load(tmp_path / "own.onnx").preparation.scaling == steps


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("settings", "arguments", "message"),
    [
        ({}, {"classes": ["a", "b"]}, r"'own' returns \(5,\) for a picture, but 2 classes are named"),
        ({"units": 1}, {}, r"returns \(1,\) for a picture, but 5 classes are named. A classifier returns one vector"),
        ({}, {"classes": "abcde"}, "classes='abcde'; give the names of two classes or more"),
        ({}, {"classes": ["a"]}, "give the names of two classes or more, in the order of the scores"),
        ({}, {"classes": range(5)}, "give the names of two classes or more"),
        ({}, {"classes": 5}, "classes=5; give the names"),
        (
            {"activation": None},
            {},
            r"'own' returns no probabilities.* Let it end in a softmax, .*; or save it without classes: classes=\(\)",
        ),
        ({"activation": "sigmoid"}, {}, "returns no probabilities"),
        ({"shape": (40, 36, 1)}, {}, "scaling is for models with a single input, pictures of three channels"),
        ({}, {"scaling": "keras"}, "scaling='keras' is unknown"),
        ({}, {"interpolation": "cubic"}, "interpolation='cubic' is unknown"),
    ],
    ids=str,
)
def test_what_cannot_be_saved(tmp_path, settings, arguments, message):
    path = tmp_path / "own.onnx"
    path.write_bytes(b"as before")
    with pytest.raises(ArgumentError, match=message):
        amalthea.save(classifier(**settings), path, **{"classes": CLASSES, "scaling": "tf"} | arguments)
    assert [file.name for file in tmp_path.iterdir()] == ["own.onnx"]
    assert path.read_bytes() == b"as before"


@pytest.mark.single_backend
def test_a_model_upon_a_network_of_the_catalogue(tmp_path):
    path = tmp_path / "own.onnx"
    amalthea.save(classifier(), path, classes=CLASSES, variant="efficientnetlite0")
    assert described(path)["provenance"]["variant"] == "EfficientNetLite0"
    assert amalthea.load(path).preparation.interpolation == "bicubic"
    with pytest.raises(ArgumentError, match="Did you mean VGG19"):
        amalthea.save(classifier(), path, classes=CLASSES, variant="VGG61")


@pytest.mark.single_backend
def test_a_model_that_went_astray(tmp_path):
    model = classifier()
    model.set_weights([np.full_like(array, np.nan) for array in model.get_weights()])
    with pytest.raises(ArgumentError, match=r"'own' answers with no numbers \(NaN\) or .* with a lower learning rate"):
        amalthea.save(model, tmp_path / "own.onnx", classes=CLASSES, scaling="tf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.single_backend
def test_models_that_are_none(tmp_path):
    options = {"classes": CLASSES, "scaling": "tf"}
    with pytest.raises(ArgumentError, match=r"model='VGG16' is the name of a network. Build it fi"):
        amalthea.save("VGG16", tmp_path / "own.onnx", **options)
    unsupported = keras.Sequential([keras.Input((8, 8, 3)), layers.Lambda(abs, name="own")])
    with pytest.raises(UnsupportedLayerError, match="Layer 'own' of type Lambda"):
        amalthea.save(unsupported, tmp_path / "own.onnx", **options)


@pytest.mark.single_backend
def test_places_where_nothing_can_be_saved(tmp_path):
    model, options = classifier(), {"classes": CLASSES, "scaling": "tf"}
    (tmp_path / "folder.onnx").mkdir()
    for path, kind, message in (
        ("own.keras", ArgumentError, r"own.keras' must end in \.onnx"),
        ("own", ArgumentError, r"own' must end in \.onnx"),
        ("folder.onnx", ArgumentError, "folder.onnx' is a folder; name a file in it"),
        ("nowhere/own.onnx", MissingFileError, "There is no folder .*nowhere for own.onnx. Make it first"),
    ):
        with pytest.raises(kind, match=message):
            amalthea.save(model, tmp_path / path, **options)


@pytest.mark.single_backend
def test_a_full_disk(tmp_path):
    model, path = classifier(), tmp_path / "own.onnx"
    path.write_bytes(b"as before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(
            StorageError, match=r"Cannot write into .*: File too large. Make room .* name another folder"
        ):
            amalthea.save(model, path, classes=CLASSES, scaling="tf")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [file.name for file in tmp_path.iterdir()] == ["own.onnx"]
    assert path.read_bytes() == b"as before"


@pytest.mark.single_backend
def test_too_many_weights_for_one_file(tmp_path):
    with _keras.no_initial_values():
        model = keras.Sequential([keras.Input((200, 200, 3)), layers.Flatten(), layers.Dense(5000)], name="huge")
        with pytest.raises(ArgumentError, match="'huge' has 600,005,000 weights; a graph holds no more than 2 GiB"):
            amalthea.save(model, tmp_path / "own.onnx", classes=CLASSES, scaling="tf")


@pytest.mark.single_backend
def test_more_than_a_message_can_be(tmp_path, monkeypatch):
    from amalthea.runtime import saving

    monkeypatch.setattr(saving, "_LARGEST", 5000)  # instead of 2 GiB, which would take a minute
    path = tmp_path / "own.onnx"
    amalthea.save(classifier(), path, classes=CLASSES, scaling="tf")
    assert path.stat().st_size <= 5000
    with pytest.raises(ArgumentError, match=r"large.onnx would be larger than 2 GiB, which no ONNX file can be"):
        amalthea.save(classifier(), tmp_path / "large.onnx", classes=["x" * 1000, *CLASSES[1:]], scaling="tf")
    assert list(tmp_path.iterdir()) == [path]
