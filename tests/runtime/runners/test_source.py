"""A graph is computed as it was when it was opened, whatever becomes of its file."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from amalthea.errors import ModelFileError
from amalthea.runtime.runners import open_runner
from amalthea.runtime.runners.openvino import core
from amalthea.runtime.runners.source import GraphSource
from tests.runtime.agreement import numbers

pytestmark = pytest.mark.single_backend


@pytest.fixture
def file(graph, tmp_path):
    path = tmp_path / "graph.onnx"
    path.write_bytes(graph)
    return path


@pytest.mark.parametrize("change", ["replaced", "removed"])
def test_a_file_that_is_no_longer_there(file, graph, change):
    source = GraphSource(file)
    if change == "replaced":
        other = file.with_name("other.onnx")
        other.write_bytes(b"another")
        os.replace(other, file)
    else:
        file.unlink()
    assert source.size == len(graph)
    assert source.digest() == hashlib.sha256(graph).hexdigest()
    assert [port.get_any_name() for port in source.read(core()).inputs] == [
        port.get_any_name() for port in core().read_model(graph).inputs
    ]


def test_a_file_that_was_written_into(file, graph):
    source = GraphSource(file)
    with file.open("ab") as opened:
        opened.write(b"\x72\x00")
    with pytest.raises(ModelFileError, match=r"graph\.onnx was written into since it was opened\. Open it again\."):
        source.read(core())


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_a_file_that_is_removed_while_it_is_opened(file, graph, runtime, monkeypatch):
    """By whoever clears the cache: right after the runtime has read it."""
    package = pytest.importorskip(runtime)
    kind, name = (package.Core, "read_model") if runtime == "openvino" else (package, "InferenceSession")
    reading = getattr(kind, name)

    def read_and_removed(*given, **settings):
        found = reading(*given, **settings)
        file.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(kind, name, read_and_removed)
    if runtime == "openvino":  # which keeps it open
        assert open_runner(file, cache_key="").unknown_from == ({0},)
    else:
        with pytest.raises(ModelFileError, match=r"The graph cannot be read once more: .*graph\.onnx"):
            open_runner(file, runtime=runtime)
    assert not file.exists()


def test_an_empty_file(file):
    file.write_bytes(b"")
    with pytest.raises(ModelFileError, match="OpenVINO cannot read the graph: cannot mmap an empty file"):
        open_runner(file)


def test_what_is_cached_needs_no_graph_until_another_size_is_asked_for(file, graph, monkeypatch):
    monkeypatch.setattr("amalthea.runtime.runners.compiling._SMALL", 0)
    pictures = numbers(1, 9, 8, 3)
    expected = open_runner(file, cache_key="known")([pictures])[0]
    again = open_runner(file, cache_key="known")
    file.unlink()
    np.testing.assert_array_equal(again([pictures])[0], expected)
    assert again._compiler._source._model is None  # it was not read
    assert again([numbers(1, 12, 11, 3)])[0].shape == expected.shape
    assert again._compiler._source._model is not None


def test_threads_read_it_once_and_then_let_it_go(file, graph):
    for given in (file, graph):
        source = GraphSource(given)
        with ThreadPoolExecutor(4) as pool:
            models = list(pool.map(lambda _, source=source: source.read(core()), range(8)))
        assert all(model is models[0] for model in models)
        assert source._graph is None
        assert given is graph or source._file.closed


def test_nothing_is_kept_of_a_graph_that_computes_nothing(file, monkeypatch, home):
    """Who named it may see only afterwards that the file was replaced by another one meanwhile."""
    monkeypatch.setattr("amalthea.runtime.runners.compiling._SMALL", 0)
    runner = open_runner(file, cache_key="known")
    kept = home / "cache" / "compiled"
    assert not kept.exists()
    runner([numbers(1, 9, 8, 3)])
    assert sorted(path.suffix for path in kept.iterdir()) == [".blob", ".json"]
