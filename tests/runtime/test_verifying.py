"""A file knows whether a machine computes it as the one did where it was saved."""

from importlib.util import find_spec

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import amalthea
from amalthea.applications import MobileNet
from amalthea.errors import ArgumentError, ModelFileError
from amalthea.runtime.seal import seal
from tests.live_weights import built_alive
from tests.runtime.test_description import rewritten
from tests.runtime.test_saving import CLASSES, classifier

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "own.onnx"
    amalthea.save(classifier(), path, classes=CLASSES, scaling="tf")
    return path


def test_a_file_that_answers_otherwise(saved, tmp_path):
    """As it would on a machine that computes it wrongly."""
    path = tmp_path / "own.onnx"
    graph = onnx.load(saved)
    weight = next(tensor for tensor in graph.graph.initializer if len(tensor.dims) == 4)
    weight.CopyFrom(numpy_helper.from_array(0 * numpy_helper.to_array(weight), weight.name))
    del graph.metadata_props[1:]
    path.write_bytes(graph.SerializeToString() + seal(graph.SerializeToString()))
    pixels = np.random.default_rng(0).integers(0, 256, (1, 40, 36, 3), np.uint8)
    assert np.abs(amalthea.load(path)(pixels) - amalthea.load(saved)(pixels)).max() > 0.01
    message = r"own.onnx fails its self-test: here, .* is [0-9.e+-]+ of its size away .* allowed is 0.001 in float32"
    with pytest.raises(ModelFileError, match=message):
        amalthea.load(path, verify=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["self_test"].update(seed=1),
        lambda said: said["self_test"].update(answers=[[0.2] * 4]),
        lambda said: said["self_test"].update(answers=[[0.2] * 5, [1]]),
        lambda said: said["self_test"].update(answers=[[float("nan")] * 5]),
        lambda said: said["self_test"].update(shapes=[[1, 40, 36, 3], [1]]),
        lambda said: said["self_test"].update(shapes=[[1, 40, 36]]),
        lambda said: said["self_test"].update(shapes=[[1, 40, 36, 4]]),
        lambda said: said["self_test"].update(shapes=[[-1, 40, 36, 3]]),
        lambda said: said["self_test"].update(shapes=[[10**12, 40, 36, 3]]),
    ],
    ids=[
        "another question",
        "a number missing",
        "another output",
        "no numbers",
        "another input",
        "an axis missing",
        "another size",
        "less than nothing",
        "more than fits",
    ],
)
def test_another_self_test(saved, tmp_path, change):
    path = tmp_path / "own.onnx"
    path.write_bytes(saved.read_bytes())
    rewritten(path, change)
    assert amalthea.load(path).classes == tuple(CLASSES)
    with pytest.raises(ModelFileError, match=r"own.onnx fails its self-test"):
        amalthea.load(path, verify=True)


def test_every_runtime_and_precision_passes(saved):
    assert amalthea.load(saved, verify=True, threads=1, streams=1)
    if find_spec("onnxruntime"):
        assert amalthea.load(saved, verify=True, runtime="onnxruntime")
    try:
        lower = amalthea.load(saved, verify=True, precision="bfloat16")
    except ArgumentError as problem:
        assert "has no instructions for it" in str(problem)
    else:
        pixels = np.random.default_rng(0).integers(0, 256, (1, 40, 36, 3), np.uint8)
        assert 0 < np.abs(lower(pixels) - amalthea.load(saved)(pixels)).max() < 0.05


def test_providers(saved):
    with pytest.raises(ArgumentError, match=r"providers=\['CPUExecutionProvider'\] are of ONNX Runtime"):
        amalthea.load(saved, providers=["CPUExecutionProvider"])
    if find_spec("onnxruntime"):
        settings = {"runtime": "onnxruntime", "providers": ["CPUExecutionProvider"]}
        assert amalthea.load(saved, verify=True, **settings).classes == tuple(CLASSES)
        with pytest.raises(ArgumentError, match="MoonExecutionProvider"):
            amalthea.load(saved, runtime="onnxruntime", providers=["MoonExecutionProvider"])


def test_what_is_compiled_when_it_is_saved_is_used_when_it_is_opened(home, tmp_path):
    model = built_alive(lambda: MobileNet(alpha=0.25, weights=None, input_shape=(32, 32, 3)))
    amalthea.save(model, tmp_path / "mobilenet.onnx")
    folder = home / "cache" / "compiled"
    before = [path.name for path in folder.iterdir()]
    amalthea.load(tmp_path / "mobilenet.onnx", verify=True)
    assert [path.name for path in folder.iterdir()] == before != []
