"""Only what ``amalthea.save`` wrote is opened, and only whole; and it answers as it did where it was saved."""

import json
import os
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import amalthea
from amalthea.errors import ArgumentError, MissingFileError, ModelFileError
from amalthea.runtime import loading, to_onnx
from amalthea.runtime.metadata import metadata_entry, read_metadata
from amalthea.runtime.saved_file import known_facts
from amalthea.runtime.seal import SIZE, seal
from tests.runtime.damage import mutated, replaced
from tests.runtime.test_saving import CLASSES, classifier

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "own.onnx"
    amalthea.save(classifier(), path, classes=CLASSES, scaling="tf")
    return path


PROGRAM = """
import json, sys
import amalthea
predictor = amalthea.load(sys.argv[1])
[prediction] = predictor.predict_images(sys.argv[2])
heavy = {"keras", "onnx", "scipy", "tensorflow", "torch", "jax", "h5py"} & set(sys.modules)
print(json.dumps([[list(scored) for scored in prediction.classes], sorted(heavy)]))
"""


def test_a_fresh_process_opens_it_without_keras(saved, test_data):
    picture = test_data / "images" / "elephant.jpg"
    # A backend that does not exist would be noticed, too.
    environment = os.environ | {"KERAS_BACKEND": "none"}
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(saved), str(picture)], env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    classes, heavy = json.loads(result.stdout)
    assert heavy == []
    [expected] = amalthea.load(saved).predict_images(picture)
    assert classes == [list(scored) for scored in expected.classes]


def test_the_file_may_go_once_it_is_open(saved, tmp_path):
    path = tmp_path / "copy.onnx"
    path.write_bytes(saved.read_bytes())
    predictor, pixels = amalthea.load(str(path)), np.full((3, 40, 36, 3), 99, np.uint8)
    path.write_bytes(b"")
    np.testing.assert_array_equal(predictor(pixels), amalthea.load(saved)(pixels))


def test_a_file_that_is_written_while_it_is_opened(saved, tmp_path, monkeypatch):
    path = tmp_path / "own.onnx"
    path.write_bytes(saved.read_bytes())

    def read_and_replace(file, verify):
        found = known_facts(file, verify)
        replaced(file, saved.read_bytes())
        return found

    monkeypatch.setattr(loading, "known_facts", read_and_replace)
    with pytest.raises(ModelFileError, match=r"own.onnx was written again while it was being opened. Open it again"):
        amalthea.load(path)


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (
            np.zeros((1, 40, 36, 3)),
            "takes pictures as they are decoded, RGB in .* uint8, .*given was an array of type float64",
        ),
        (np.zeros((1, 40, 36, 3), np.float32), "scales them itself; given was an array of type float32"),
        (np.zeros((1, 40, 36, 3), bool), "given was an array of type bool"),
        (np.full((1, 40, 36, 3), 256), "given was whole numbers from 256 to 256"),
        (np.full((1, 40, 36, 3), -1, np.int8), "given was whole numbers from -1 to -1"),
        (np.zeros((1, 3, 40, 36), np.uint8), r"takes arrays of shape \(batch, 40, 36, 3\); given was \(1, 3, 40, 36\)"),
    ],
    ids=["float64", "float32", "bool", "large", "negative", "shape"],
)
def test_pictures_in_memory_that_it_does_not_take(saved, pixels, message):
    with pytest.raises(ArgumentError, match=f"own.onnx: input .*{message}"):
        amalthea.load(saved)(pixels)


def test_pictures_in_memory(saved):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 40, 36, 3), np.uint8)
    predictor = amalthea.load(saved)
    expected = predictor(pixels)
    assert expected.dtype == np.float32
    for same in (pixels.astype(np.int64), pixels.tolist(), list(pixels)):
        np.testing.assert_array_equal(predictor(same), expected)
    assert predictor(np.zeros((0, 40, 36, 3), np.int32)).shape == (0, 5)


DAMAGES = {
    "empty": lambda content: b"",
    "cut off": lambda content: content[:-1],
    "cut in half": lambda content: content[: len(content) // 2],
    "without its seal": lambda content: content[:-SIZE],
    "longer": lambda content: content + b"\0",
    "cut at its start": lambda content: content[1:],
    "a bit in the middle": lambda content: content[:999] + bytes([content[999] ^ 4]) + content[1000:],
    "last bit": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_noticed(saved, tmp_path, damage):
    path = tmp_path / "own.onnx"
    path.write_bytes(DAMAGES[damage](saved.read_bytes()))
    with pytest.raises(ModelFileError, match=r"own.onnx is (damaged, cut off|no ONNX model)"):
        amalthea.load(path)


def test_two_thousand_ways_of_damage(saved, tmp_path):
    path = tmp_path / "own.onnx"
    for content in mutated(saved.read_bytes(), 2000):
        replaced(path, content)
        with pytest.raises(ModelFileError, match=r"own.onnx (is|keeps|holds) "):
            amalthea.load(path)


def test_nonsense_with_a_seal(saved, tmp_path):
    """Which nobody writes by accident; what is no graph is an error here as well."""
    content, path = saved.read_bytes(), tmp_path / "own.onnx"
    description = metadata_entry("amalthea", read_metadata(memoryview(content))["amalthea"])
    nonsense = b"\x3a\x04\x2a\x7fab"  # a graph whose first weight is longer than the graph
    replaced(path, nonsense + description + seal(nonsense, description))
    with pytest.raises(ModelFileError, match=r"own.onnx: OpenVINO cannot read the graph"):
        amalthea.load(path)


def test_graphs_of_others(saved, tmp_path):
    path = tmp_path / "other.onnx"
    graph = to_onnx(classifier())
    path.write_bytes(graph.SerializeToString() + seal(graph.SerializeToString()))
    with pytest.raises(
        ModelFileError, match=r"other.onnx holds a graph alone, nothing of what it is for. Write it with amalthea.save"
    ):
        amalthea.load(path)
    graph.producer_name = "pytorch"
    onnx.save(graph, path)
    with pytest.raises(ModelFileError, match=r"is no ONNX model by amalthea.save, so that neither its classes nor"):
        amalthea.load(path)
    changed = onnx.load(saved)
    weight = changed.graph.initializer[0]
    weight.CopyFrom(numpy_helper.from_array(0 * numpy_helper.to_array(weight), weight.name))
    onnx.save(changed, path)
    with pytest.raises(
        ModelFileError, match=r"or was changed by another program. Copy it again, or write it with amal"
    ):
        amalthea.load(path)


def test_weights_in_another_file(saved, tmp_path):
    path = tmp_path / "own.onnx"
    onnx.save(onnx.load(saved), path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    message = r"own.onnx keeps weights in another file, as amalthea.save never does"
    with pytest.raises(ModelFileError, match=message):
        amalthea.load(path)
    replaced(path, path.read_bytes() + seal(path.read_bytes()))
    with pytest.raises(ModelFileError, match=message):
        amalthea.load(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "text.onnx",
            b"no model at all",
            "text.onnx is no ONNX model, or damaged. amalthea.load opens what amalthea.save",
        ),
        ("picture.onnx", b"\x89PNG\r\n\x1a\n" * 9, "picture.onnx is no ONNX model"),
        ("pets.keras", b"PK\3\4", "pets.keras is no file of Keras, or damaged"),
    ],
)
def test_files_of_other_kinds(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelFileError, match=message):
        amalthea.load(tmp_path / name)


def test_no_file(tmp_path):
    with pytest.raises(MissingFileError, match=r"There is no file .*nowhere.onnx .*Check the path"):
        amalthea.load(tmp_path / "nowhere.onnx")
    with pytest.raises(ModelFileError, match=r"cannot be read: Is a directory"):
        amalthea.load(tmp_path)


def test_precisions(saved):
    with pytest.raises(ArgumentError, match="precision='int8': a network is brought to whole numbers once"):
        amalthea.load(saved, precision="int8")
    with pytest.raises(ArgumentError, match="runtime='tflite'; there is 'openvino' and 'onnxruntime'"):
        amalthea.load(saved, runtime="tflite")
