"""Any number of pictures, of any size, from any thread, in float32."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import ArgumentError
from amalthea.runtime import to_onnx
from amalthea.runtime.runners import TensorSpec
from amalthea.runtime.runners.openvino import OpenVINORunner
from amalthea.runtime.seal import seal
from tests.live_weights import clearly_different, set_live_weights
from tests.runtime.agreement import answers_of_keras, numbers

pytestmark = pytest.mark.single_backend

CLOSE = 1e-5  # of the deviation; bfloat16 is off by 1e-2


@pytest.fixture(scope="module", params=[2, 4, 16], ids="micro-batches of {}".format)
def runner(graph, request):
    runner = OpenVINORunner(graph)
    runner._compiler.micro_batch = request.param
    return runner


def assert_same(found, expected):
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=CLOSE * expected.std())


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 13, 50])
def test_any_number_of_pictures_in_their_order(runner, model, count):
    pictures = numbers(count, 9, 8, 3)
    [expected] = answers_of_keras(model, [pictures])
    [found] = runner([pictures])
    assert_same(found, expected)
    if count > 1:
        assert clearly_different(expected[0], expected[1])


def test_no_picture(runner):
    [found] = runner([np.empty((0, 9, 8, 3), np.uint8)])
    assert found.shape == (0, 8)
    assert found.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float16, np.float64, bool])
def test_any_type_of_numbers(runner, model, dtype):
    pictures = (5 * np.abs(numbers(30, 9, 8, 3))).astype(dtype)
    [expected] = answers_of_keras(model, [pictures.astype(np.float32)])
    assert_same(runner([pictures])[0], expected)


def test_arrays_that_are_not_contiguous(runner, model):
    pictures = numbers(3, 9, 18, 20).transpose(3, 1, 2, 0)[::2, :, ::2]
    [expected] = answers_of_keras(model, [np.ascontiguousarray(pictures)])
    assert_same(runner([pictures])[0], expected)
    pictures.flags.writeable = False
    assert_same(runner([pictures])[0], expected)


def test_the_given_array_is_not_changed(runner):
    pictures = numbers(6, 9, 8, 3)
    runner([pictures])
    np.testing.assert_array_equal(pictures, numbers(6, 9, 8, 3))


def test_many_sizes_one_after_another(runner, model):
    """More of them than are kept."""
    for rows in (7, 8, 9, 10, 11, 12, 7, 12):
        pictures = numbers(2, rows, 9, 3)
        assert_same(runner([pictures])[0], answers_of_keras(model, [pictures])[0])
    assert len(runner._networks) == 4


def test_several_threads(runner, model):
    work = [numbers(1 + seed % 6, 9 + seed % 2, 8, 3, seed=seed) for seed in range(24)]
    expected = [answers_of_keras(model, [pictures])[0] for pictures in work]
    with ThreadPoolExecutor(6) as pool:
        for found, wanted in zip(pool.map(lambda pictures: runner([pictures])[0], work), expected, strict=True):
            assert_same(found, wanted)


def test_what_it_takes_and_returns(runner):
    assert runner.inputs == (TensorSpec("image", (None, None, None, 3)),)
    assert runner.outputs == (TensorSpec("scores", (None, 8)),)


def test_pictures_that_are_too_small(runner, model):
    with pytest.raises(
        ArgumentError, match=r"(?s)arrays of shape \(batch, 4, 9, 3\).*give larger ones.* The runtime says: .*\d"
    ):
        runner([numbers(1, 4, 9, 3)])
    pictures = numbers(1, 9, 8, 3)
    assert_same(runner([pictures])[0], answers_of_keras(model, [pictures])[0])


def test_several_inputs_and_outputs():
    left, right = keras.Input((4, 4, 3)), keras.Input((5,))
    flat = layers.Flatten()(left)
    model = keras.Model([left, right], [layers.Dense(2)(right), layers.Concatenate()([flat, right]), left])
    set_live_weights(model)
    arrays = [numbers(6, 4, 4, 3), numbers(6, 5)]
    runner = OpenVINORunner(to_onnx(model).SerializeToString())
    for found, expected in zip(runner(arrays), answers_of_keras(model, arrays), strict=True):
        assert_same(found, expected)


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


@pytest.mark.parametrize(("many", "cached", "expected"), [(255, 0, 16), (256, 0, 4), (256, 10**6, 2)])
def test_weights_that_come_from_memory_are_shared_by_more_pictures(monkeypatch, graph, many, cached, expected):
    monkeypatch.setattr("amalthea.runtime.runners.compiling._MANY_WEIGHTS", many)  # the dense layer has 32 * 8
    monkeypatch.setattr("amalthea.runtime.runners.compiling._IN_CACHE", cached)
    assert OpenVINORunner(graph)._compiler.micro_batch == expected


@pytest.fixture
def kept(monkeypatch, home):
    """Small networks are kept, too: a function lists the files."""
    monkeypatch.setattr("amalthea.runtime.runners.compiling._SMALL", 0)
    return lambda: list((home / "cache" / "compiled").glob("*"))


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
