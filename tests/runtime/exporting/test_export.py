"""Files for other programs, opened by these programs."""

import json
from functools import partial

import keras
import numpy as np
import openvino
import pytest
from onnx import numpy_helper

import amalthea
from amalthea import _keras
from amalthea.catalog import imagenet_classes
from amalthea.errors import ArgumentError, MissingFileError, StorageError, UnsupportedLayerError
from amalthea.images import read_picture, resize
from amalthea.runtime import check_target, export, saving
from tests.live_weights import built_alive

IMAGENET = [known.name for known in imagenet_classes()]
F32 = {"INFERENCE_PRECISION_HINT": "f32"}


@pytest.fixture
def network(test_data):
    """MobileNet at a quarter of its width, with its real weights."""
    return amalthea.get_model("MobileNet", alpha=0.25, weights=test_data / "weights" / "mobilenet_2_5_224_tf.h5")


@pytest.fixture
def elephant(test_data):
    return read_picture(test_data / "images" / "elephant.jpg")


def answer_of_keras(network, picture):
    _keras.pin_openvino_precision()
    pixels = resize(picture, 224)[np.newaxis].astype("float32")
    return network.predict(keras.applications.mobilenet.preprocess_input(pixels), verbose=0)


@pytest.mark.parametrize("name", ["net.onnx", "net.xml"])
def test_graphs_take_pictures_as_they_are_decoded(name, network, elephant, tmp_path):
    exported = export(network, tmp_path / name, picture=elephant, classes=IMAGENET)
    assert exported.difference < exported.tolerance == 1e-4
    assert exported.takes == "pictures as they are decoded: uint8, RGB, (N, 224, 224, 3)"
    found, right = exported.best
    assert found == right
    assert found.startswith("African_elephant 0.89")
    [answer] = openvino.compile_model(tmp_path / name, "CPU", F32)([resize(elephant, 224)[np.newaxis]]).values()
    np.testing.assert_allclose(answer, answer_of_keras(network, elephant), atol=1e-4)


def test_openvino_keeps_float32_unless_asked(network, elephant, tmp_path):
    whole = export(network, tmp_path / "whole.xml", classes=IMAGENET)
    half = export(network, tmp_path / "half.xml", picture=elephant, classes=IMAGENET, precision="float16")
    sizes = [(tmp_path / f"{name}.bin").stat().st_size for name in ("whole", "half")]
    assert 4 * network.count_params() <= sizes[0] < 4.1 * network.count_params()
    assert sizes[1] < 0.55 * sizes[0]
    assert half.megabytes < 0.7 * whole.megabytes
    assert 1e-6 < half.difference < half.tolerance
    description = openvino.Core().read_model(tmp_path / "half.xml").get_rt_info(["amalthea"]).astype(str)
    assert json.loads(description)["classes"][386] == "African_elephant"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["half.bin", "half.xml", "whole.bin", "whole.xml"]


def test_a_file_of_ours_becomes_openvino(network, elephant, tmp_path):
    amalthea.save(network, tmp_path / "net.onnx", classes=IMAGENET)
    exported = export(tmp_path / "net.onnx", tmp_path / "net.xml", picture=elephant)
    assert exported.best[0].startswith("African_elephant")
    assert exported.difference < 1e-5


@pytest.fixture
def tensorflow():
    if keras.config.backend() != "tensorflow":
        pytest.skip("Keras writes it on TensorFlow alone")
    return pytest.importorskip("tensorflow")


def small():
    """A classifier of a few layers: TensorFlow takes seconds to write a whole network."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
            layers.DepthwiseConv2D(3),
            layers.BatchNormalization(),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


HOW = {"classes": ["a", "b", "c"], "scaling": "tf"}


@pytest.fixture
def shown(elephant):
    """The picture as the small network takes it, twice."""
    return np.stack([resize(elephant, 24)] * 2).astype("float32") / 127.5 - 1


def test_litert(tensorflow, elephant, shown, tmp_path):
    network, path = built_alive(small), tmp_path / "net.tflite"
    exported = export(network, path, picture=elephant, **HOW)
    assert exported.best[0] == exported.best[1]
    assert exported.difference < 1e-4
    assert exported.takes == "what model.predict takes: float32, (N, 24, 24, 3)"
    [answer] = openvino.compile_model(path, "CPU", F32)(shown).values()  # which reads these files, too
    np.testing.assert_allclose(answer, network.predict(shown, verbose=0), atol=1e-4)
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.tflite"]


def test_saved_model(tensorflow, elephant, shown, tmp_path):
    network, path = built_alive(small), tmp_path / "net"
    exported = export(network, path, picture=elephant, **HOW)
    assert exported.best[0] == exported.best[1]
    assert exported.difference < 1e-4
    assert (path / "saved_model.pb").is_file()
    saved = tensorflow.saved_model.load(str(path))
    np.testing.assert_allclose(saved.serve(shown), network.predict(shown, verbose=0), atol=1e-4)
    assert [entry.name for entry in tmp_path.iterdir()] == ["net"]


def test_a_saved_model_augments_nothing(tensorflow, tmp_path):
    layers = keras.layers
    augmenting = layers.RandomFlip(seed=0), layers.RandomRotation(0.4, seed=0)
    head = layers.Conv2D(4, 3, name="windows"), layers.Flatten(name="flat"), layers.Dense(3, name="scores")
    network = keras.Sequential([keras.Input((12, 12, 3)), *augmenting, *head])
    export(network, tmp_path / "net", scaling=1)
    pictures = np.random.default_rng(0).random((8, 12, 12, 3), np.float32)
    saved = tensorflow.saved_model.load(str(tmp_path / "net"))
    for _ in range(3):
        np.testing.assert_allclose(saved.serve(pictures), network.predict(pictures, verbose=0), atol=1e-5)


def two_inputs():
    layers = keras.layers
    left, right = keras.Input((4,), name="zebra"), keras.Input((3,), name="ant")
    both = layers.Concatenate(name="both")([left, right])
    return keras.Model([left, right], [layers.Dense(2, name="sums")(both), layers.Dense(5, name="others")(both)])


@pytest.mark.parametrize("name", ["net", "net.tflite"])
def test_several_inputs_and_outputs_keep_their_places(name, tensorflow, tmp_path):
    exported = export(built_alive(two_inputs), tmp_path / name)
    assert exported.difference < 1e-5
    assert exported.best is None
    assert exported.takes == "what model.predict takes: float32, (N, 4), (N, 3)"


@pytest.mark.parametrize("name", ["net", "net.tflite"])
def test_what_only_tensorflow_writes_is_said_on_other_backends(name, network, tmp_path, backend):
    if backend == "tensorflow":
        pytest.skip("it is written here")
    words = rf"^{name}: Keras writes \w+ on TensorFlow, and runs on {backend} here. Set KERAS_BACKEND=tensorflow"
    with pytest.raises(ArgumentError, match=words):
        export(network, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("name", "precision", "words"),
    [
        ("net.pb", "float32", r"net.pb': the suffix chooses the format. There are .onnx, .xml \(OpenVINO\), .tflite"),
        ("net.onnx", "float16", "precision='float16': as ONNX, there is 'float32' and 'int8'."),
        ("net.tflite", "int8", "precision='int8': as LiteRT, there is 'float32'."),
        ("net.xml", "bfloat16", "precision='bfloat16': as OpenVINO, there is 'float32' and 'float16' and 'int8'."),
        ("there", "float32", "there is there already, and no folder is replaced. Name another, or remove it."),
        ("folder.xml", "float32", "folder.xml is there already, and no folder is replaced."),
    ],
)
def test_targets_that_cannot_be(name, precision, words, tmp_path):
    for folder in ("there", "folder.xml"):
        (tmp_path / folder).mkdir()
    with pytest.raises(ArgumentError, match=words):
        check_target(tmp_path / name, precision)
    with pytest.raises(MissingFileError, match=r"There is no folder .*nowhere for net.xml. Make it first."):
        check_target(tmp_path / "nowhere" / "net.xml")
    assert check_target(tmp_path / "net.xml", "float16").name == "OpenVINO"


@pytest.mark.single_backend
@pytest.mark.parametrize(("name", "precision"), [("net.tflite", "float32"), ("b.onnx", "float32")])
def test_a_file_that_only_answers(name, precision, tmp_path):
    with pytest.raises(ArgumentError, match=r"a.onnx can only answer, so that it becomes .xml, or int8. For all else"):
        check_target(tmp_path / name, precision, "a.onnx")


@pytest.mark.single_backend
def test_what_fails_leaves_what_was_there(tmp_path):
    for name in ("net.xml", "net.bin"):
        (tmp_path / name).write_text("before")
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Lambda(lambda x: x[:, 0, 0], name="odd")])
    with pytest.raises(UnsupportedLayerError, match="odd"):
        export(model, tmp_path / "net.xml", classes=["a", "b", "c"], scaling="tf")
    with pytest.raises(MissingFileError, match=r"There is no file nowhere.onnx"):
        export("nowhere.onnx", tmp_path / "net.xml")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"net.xml": "before", "net.bin": "before"}


@pytest.fixture
def full_disk():
    """Files of this process grow to 2,000 bytes and no further."""
    resource = pytest.importorskip("resource", reason="no limits of files here")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.single_backend
@pytest.mark.parametrize("name", ["net.onnx", "net.xml", "net.tflite", "net"])
def test_a_full_disk_leaves_nothing(name, tmp_path, backend, request):
    if backend != "tensorflow" and name in ("net.tflite", "net"):
        pytest.skip("Keras writes it on TensorFlow alone")
    network = built_alive(small)
    request.getfixturevalue("full_disk")
    with pytest.raises(StorageError, match=r"Cannot write .*Make room"):
        export(network, tmp_path / name, **HOW)
    assert list(tmp_path.iterdir()) == []


def regression():
    """One number about 500, and a classifier with boxes in pixels beside it."""
    layers = keras.layers
    inputs = keras.Input((24, 24, 3))
    x = layers.GlobalAveragePooling2D(data_format="channels_last")(layers.Conv2D(8, 3, activation="relu")(inputs))
    age = layers.Rescaling(1, offset=500)(layers.Dense(1)(x))
    boxes = layers.Rescaling(300, offset=100)(layers.Dense(4)(x))
    return keras.Model(inputs, [age, layers.Dense(3, activation="softmax")(x), boxes])


@pytest.mark.parametrize("name", ["net.onnx", "net.xml", "net.tflite"])
def test_numbers_of_any_size(name, elephant, tmp_path, backend):
    if backend != "tensorflow" and name == "net.tflite":
        pytest.skip("Keras writes it on TensorFlow alone")
    exported = export(built_alive(regression), tmp_path / name, picture=elephant, scaling="tf")
    assert exported.difference <= exported.tolerance
    assert exported.best is None


@pytest.mark.single_backend
@pytest.mark.parametrize("name", ["net.onnx", "net.xml"])
def test_an_error_of_the_conversion_shows(name, elephant, tmp_path, monkeypatch):
    """What the graph computes is compared with Keras, not with itself."""
    network = built_alive(small)
    right = saving.described

    def wrong(model, **facts):
        graph, description = right(model, **facts)
        weight = next(tensor for tensor in graph.graph.initializer if tensor.dims[-1:] == [3])
        weight.raw_data = (2 * numpy_helper.to_array(weight)).tobytes()
        return graph, description

    assert export(network, tmp_path / name, picture=elephant, **HOW).difference < 1e-4
    (tmp_path / name).unlink()
    monkeypatch.setattr(saving, "described", wrong)
    with pytest.raises(ArgumentError, match=rf"{name} was not written: for the same picture its numbers differ from"):
        export(network, tmp_path / name, picture=elephant, **HOW)
    assert not (tmp_path / name).exists()


@pytest.mark.single_backend
def test_a_network_that_scales_pictures_itself(elephant, tmp_path):
    layers = keras.layers

    def build():
        inputs = keras.Input((24, 24, 3), dtype="uint8")
        return keras.Model(inputs, small()(layers.Rescaling(1 / 127.5, offset=-1)(inputs)))

    exported = export(built_alive(build), tmp_path / "net.xml", picture=elephant, classes=["a", "b", "c"])
    assert exported.takes == "pictures as they are decoded: uint8, RGB, (N, 24, 24, 3)"
    assert exported.difference < 1e-4
    assert exported.best[0] == exported.best[1]


@pytest.mark.single_backend
def test_layers_in_half_precision(elephant, tmp_path):
    """The file computes them in float32, so that Keras is nothing to compare it with."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = built_alive(small)
    finally:
        keras.config.set_dtype_policy(before)
    exported = export(network, tmp_path / "net.xml", picture=elephant, **HOW)
    assert exported.difference < exported.tolerance == 1e-4


@pytest.mark.single_backend
def test_channels_first(tmp_path, elephant, data_format):
    shape = (32, 32, 3) if data_format == "channels_last" else (3, 32, 32)
    build = partial(amalthea.get_model, "MobileNet", alpha=0.25, weights=None, classes=3, input_shape=shape)
    exported = export(built_alive(build), tmp_path / "net.xml", picture=elephant, classes=["a", "b", "c"])
    assert exported.takes.endswith("(N, 32, 32, 3)")
    assert exported.difference < 1e-4
