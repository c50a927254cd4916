"""A graph is computed as it was when it was opened, whatever becomes of its file."""

import os

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
    assert [port.get_any_name() for port in source.read(core()).inputs] == [
        port.get_any_name() for port in core().read_model(graph).inputs
    ]


def test_a_file_that_was_written_into(file, graph):
    source = GraphSource(file)
    with file.open("ab") as opened:
        opened.write(b"\x72\x00")
    with pytest.raises(ModelFileError, match=r"graph\.onnx was written into since it was opened\. Open it again\."):
        source.read(core())


def test_what_is_cached_needs_no_graph_until_another_size_is_asked_for(file, graph, monkeypatch):
    monkeypatch.setattr("amalthea.runtime.runners.compiling._SMALL", 0)
    pictures = numbers(1, 9, 8, 3)
    expected = open_runner(file, cache_key="known")([pictures])[0]
    again = open_runner(file, cache_key="known")
    file.unlink()
    np.testing.assert_array_equal(again([pictures])[0], expected)
    assert "_model" not in vars(again._compiler)  # it was not read
    assert again([numbers(1, 12, 11, 3)])[0].shape == expected.shape
    assert "_model" in vars(again._compiler)
