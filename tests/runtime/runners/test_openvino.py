"""Networks in OpenVINO: what it cannot compute with, and what is kept of what it compiles."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import ArgumentError
from amalthea.runtime import to_onnx
from amalthea.runtime.runners.openvino import OpenVINORunner
from amalthea.runtime.seal import seal
from tests.runtime.agreement import answers_of_keras, numbers

pytestmark = pytest.mark.single_backend

CLOSE = 1e-5  # of the deviation; bfloat16 is off by 1e-2


def assert_same(found, expected):
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=CLOSE * expected.std())


@pytest.fixture
def runner(graph):
    return OpenVINORunner(graph)


def test_few_sizes_are_kept(runner):
    for rows in (7, 8, 9, 10, 11, 12, 7, 12):
        runner([numbers(2, rows, 9, 3)])
    assert len(runner._networks) == 4


def whole_numbers(model, *arrays):
    return OpenVINORunner(to_onnx(model).SerializeToString())(arrays)[0]


def test_whole_numbers_of_more_than_32_bits():
    number = keras.Input((2,), dtype="int64", name="number")
    model = keras.Model(number, keras.ops.add(number, 1))
    for right in ([[2**31 - 2, -(2**31)]], np.empty((0, 2), np.int64)):
        np.testing.assert_array_equal(whole_numbers(model, np.asarray(right)), np.asarray(right) + 1)
    for wrong in (2**31, -(2**31) - 1):
        message = rf"'number' takes whole numbers in \[-2147483648, 2147483647\], .* given were .*{wrong}"
        with pytest.raises(ArgumentError, match=message):
            whole_numbers(model, np.array([[0, wrong]]))


def test_rows_of_an_embedding_that_are_not_there():
    """OpenVINO would take zeros for them, and the last row for -1."""
    number = keras.Input((2,), dtype="int32", name="number")
    table = layers.Embedding(5, 3, name="table")
    model = keras.Model(number, table(number))
    rows = keras.ops.convert_to_numpy(table.embeddings)
    np.testing.assert_array_equal(whole_numbers(model, np.array([[0, 4]])), rows[[[0, 4]]])
    for wrong in (5, -1):
        with pytest.raises(ArgumentError, match=r"'number' takes whole numbers in \[0, 4\], .* Embedding .* 5 rows"):
            whole_numbers(model, np.array([[0, wrong]]))


@pytest.mark.parametrize(
    ("many", "cached", "processors", "expected"),
    [(255, 0, 2, 16), (255, 0, 64, 16), (256, 0, 2, 1), (256, 0, 64, 4), (256, 10**6, 2, 2), (256, 10**6, 64, 2)],
)
def test_weights_from_memory_are_shared_by_more_pictures(monkeypatch, graph, many, cached, processors, expected):
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    monkeypatch.setattr("amalthea.runtime.runners.facts._MANY_WEIGHTS", many)  # the dense layer has 32 * 8
    monkeypatch.setattr("amalthea.runtime.runners.facts._IN_CACHE", cached)
    assert OpenVINORunner(graph)._compiler.facts.micro_batch == expected


@pytest.fixture
def kept(monkeypatch, home):
    """Small networks are kept, too: a function lists the files."""
    monkeypatch.setattr("amalthea.runtime.runners.compiling._SMALL", 0)
    return lambda: list((home / "cache" / "compiled").glob("*.blob"))


def test_the_compiled_network_is_kept(graph, model, kept):
    pictures = numbers(1, 9, 8, 3)
    [expected] = answers_of_keras(model, [pictures])
    assert_same(OpenVINORunner(graph, cache_key="key")([pictures])[0], expected)
    [blob] = kept()
    written = blob.read_bytes()

    assert_same(OpenVINORunner(graph, cache_key="key")([pictures])[0], expected)
    assert [file.read_bytes() for file in kept()] == [written]

    for other in ({"cache_key": "other"}, {"cache_key": "key", "threads": 1}):
        OpenVINORunner(graph, **other)([pictures])
    OpenVINORunner(graph, cache_key="key")([numbers(1, 10, 8, 3)])
    assert len(kept()) == 4


def test_a_file_is_mapped_once(graph, kept):
    OpenVINORunner(graph, cache_key="key")([numbers(1, 9, 8, 3)])
    compiler = OpenVINORunner(graph, cache_key="key")._compiler
    for _ in range(2):
        compiler(((9, 8, 3),), 1, "LATENCY")
    assert [f"compiled/{file.name}" for file in kept()] == list(compiler._mapped)


def test_only_the_first_size_is_kept(graph, model, kept):
    for count in (1, 2):  # in another process it may be another
        runner = OpenVINORunner(graph, cache_key="key")
        for rows in (9 + count, 12, 13, 9 + count):
            pictures = numbers(1, rows, 8, 3)
            assert_same(runner([pictures])[0], answers_of_keras(model, [pictures])[0])
        assert len(kept()) == count


def test_both_kinds_of_networks_are_kept(graph, model, kept):
    """That for short answers, which has one stream anyway, and that for many."""
    pictures = numbers(9, 9, 8, 3)
    [expected] = answers_of_keras(model, [pictures])
    for streams, files in ((None, 2), (None, 2), (1, 3)):
        assert_same(OpenVINORunner(graph, cache_key="key", streams=streams)([pictures])[0], expected)
        assert len(kept()) == files


def test_a_graph_without_a_name_is_known_by_its_content(graph, model, kept, tmp_path):
    pictures = numbers(1, 9, 8, 3)
    (tmp_path / "graph.onnx").write_bytes(graph)
    for given in (graph, tmp_path / "graph.onnx"):
        assert_same(OpenVINORunner(given)([pictures])[0], answers_of_keras(model, [pictures])[0])
        assert len(kept()) == 1
    OpenVINORunner(graph + b"\x72\x00")([pictures])
    assert len(kept()) == 2


def test_what_is_not_kept(graph, home):
    pictures = numbers(1, 9, 8, 3)
    OpenVINORunner(graph, cache_key="small")([pictures])
    assert not (home / "cache" / "compiled").exists()


def test_what_is_not_to_be_kept(graph, kept):
    OpenVINORunner(graph, cache_key="")([numbers(1, 9, 8, 3)])
    assert kept() == []


def test_a_compiled_network_that_was_damaged(graph, model, kept):
    pictures = numbers(1, 9, 8, 3)
    [expected] = answers_of_keras(model, [pictures])
    OpenVINORunner(graph, cache_key="key")([pictures])
    [blob] = kept()
    whole = blob.read_bytes()
    for damaged in (b"", whole[:1000], whole[:-200] + bytes([whole[-200] ^ 64]) + whole[-199:]):
        blob.write_bytes(damaged)
        assert_same(OpenVINORunner(graph, cache_key="key")([pictures])[0], expected)
        assert len(blob.read_bytes()) == len(whole)


def test_a_compiled_network_that_openvino_refuses(graph, model, kept):
    pictures = numbers(1, 9, 8, 3)
    OpenVINORunner(graph, cache_key="key")([pictures])
    [blob] = kept()
    foreign = b"whole, but from another world"
    blob.write_bytes(foreign + seal(foreign))
    assert_same(OpenVINORunner(graph, cache_key="key")([pictures])[0], answers_of_keras(model, [pictures])[0])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a process alone")
def test_control_c_is_no_crash_after_runners_are_gone(graph, tmp_path):
    (tmp_path / "graph.onnx").write_bytes(graph)
    code = (
        "import gc, os, pathlib, signal, sys, time, numpy\n"
        "from amalthea.runtime.runners.openvino import OpenVINORunner\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "runners = [OpenVINORunner(pathlib.Path(sys.argv[1])) for _ in range(2)]\n"
        "for runner in runners: runner([numpy.zeros((4, 16, 16, 3), numpy.float32)])\n"
        "del runner\n"
        "while runners: del runners[0]; gc.collect()\n"
        "try:\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    time.sleep(5)\n"
        "except KeyboardInterrupt: print('heard')\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "graph.onnx")]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (answer.returncode, answer.stdout) == (0, "heard\n"), answer.stderr
