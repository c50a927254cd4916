"""What a file says of its network is read, whoever wrote it, or refused with an error."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest

import amalthea
from amalthea.errors import ModelFileError
from amalthea.runtime.metadata import metadata_entry
from amalthea.runtime.seal import seal
from tests.runtime.test_saving import CLASSES, classifier, described

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "own.onnx"
    amalthea.save(classifier(), path, classes=CLASSES, scaling="tf")
    return path


def rewritten(path, change):
    """A file of our own with a description that is not, though it is whole."""
    graph = onnx.load(path)
    del graph.metadata_props[:]
    said = described(path)
    changed = change(said)
    text = changed if isinstance(changed, str) else json.dumps(said)
    parts = graph.SerializeToString(), metadata_entry("amalthea", text)
    path.write_bytes(b"".join((*parts, seal(*parts))))


def test_a_later_format(saved, tmp_path):
    path = tmp_path / "own.onnx"
    path.write_bytes(saved.read_bytes())
    rewritten(path, lambda said: said.update(format=4))
    message = r"has format 4; amalthea .* reads formats up to 3. Update it: pip install --upgrade amalthea"
    with pytest.raises(ModelFileError, match=message):
        amalthea.load(path)


SENSELESS = {
    "no JSON": lambda said: "{",
    "nothing": lambda said: "",
    "a number": lambda said: "5",
    "null": lambda said: "null",
    "a list": lambda said: "[]",
    "too deep": lambda said: "[" * 100_000,
    "no format": lambda said: said.pop("format"),
    "a format in words": lambda said: said.update(format="two"),
    "no classes": lambda said: said.pop("classes"),
    "classes that are none": lambda said: said.update(classes=5),
    "classes in one text": lambda said: said.update(classes="abcde"),
    "an output without a number": lambda said: said.update(outputs="x"),
    "an output before the first": lambda said: said.update(outputs=[0, -1]),
    "no outputs": lambda said: said.update(outputs=None),
    "WordNet ids of other classes": lambda said: said.update(wordnet_ids=["n1", "n2"]),
    "a precision that does not exist": lambda said: said["provenance"].update(precision="int7"),
    "no tolerance": lambda said: said["self_test"].update(tolerance={}),
    "a tolerance in words": lambda said: said["self_test"]["tolerance"].update(float32="little"),
    "no preparation": lambda said: said.pop("preparation"),
    "a size in one number": lambda said: said["preparation"].update(size=40),
    "a size of nothing": lambda said: said["preparation"].update(size=[0, 36]),
    "a filter that does not exist": lambda said: said["preparation"].update(interpolation="cubic"),
    "a scaling that does not exist": lambda said: said["preparation"]["scaling"].update(gamma=2),
    "no self-test": lambda said: said.update(self_test=None),
    "shapes in words": lambda said: said["self_test"].update(shapes=["40 x 36"]),
}


@pytest.mark.parametrize("change", SENSELESS)
def test_descriptions_without_sense(saved, tmp_path, change):
    path = tmp_path / "own.onnx"
    path.write_bytes(saved.read_bytes())
    rewritten(path, SENSELESS[change])
    with pytest.raises(ModelFileError, match=r"own.onnx describes its network in a way that makes no sense"):
        amalthea.load(path)


OF_ANOTHER_GRAPH = {
    "outputs": lambda said: said.update(outputs=5),
    "nested outputs": lambda said: said.update(outputs={"a": [0, 1]}),
    "inputs": lambda said: said.update(inputs=["a", "b"]),
    "classes": lambda said: said.update(classes=["a", "b", "c"]),
    "size": lambda said: said["preparation"].update(size=[40, 40]),
}


@pytest.mark.parametrize("change", OF_ANOTHER_GRAPH)
def test_descriptions_of_another_graph(saved, tmp_path, change):
    path = tmp_path / "own.onnx"
    path.write_bytes(saved.read_bytes())
    rewritten(path, OF_ANOTHER_GRAPH[change])
    with pytest.raises(ModelFileError, match=r"own.onnx: Its description is not that of the graph in it. Save it ag"):
        amalthea.load(path)


def test_pictures_for_a_graph_that_takes_none(tmp_path):
    path, prepared = tmp_path / "own.onnx", {"size": [40, 36], "interpolation": "nearest"}
    amalthea.save(classifier(), path)
    rewritten(path, lambda said: said.update(preparation={**prepared, "scaling": {"mean": [0] * 3, "deviation": [1]}}))
    with pytest.raises(ModelFileError, match=r"own.onnx: Its description is not that of the graph in it"):
        amalthea.load(path)


def test_a_file_of_format_1():
    """Written before there were self-tests, by ``amalthea.save`` of 21 November 2026."""
    path = Path(__file__).with_name("format_1.onnx")
    assert described(path)["format"] == 1
    predictor = amalthea.load(path, verify=True)
    assert predictor.classes == tuple(CLASSES)
    assert predictor.preparation.size == (40, 36)
    assert predictor.preparation.interpolation == "bilinear"
    assert predictor.preparation.scaling == amalthea.catalog.scaling_steps("torch")
    pixels = np.random.default_rng(0).integers(0, 256, (2, 40, 36, 3), np.uint8)
    written_then = [
        [0.20996903, 0.144412, 0.02378613, 0.5897121, 0.03212086],
        [0.29161042, 0.11511941, 0.02594266, 0.5425706, 0.02475687],
    ]
    np.testing.assert_allclose(predictor(pixels), written_then, rtol=0, atol=1e-5)
