"""One runner, many threads: nobody waits for another's thousand pictures, and nothing piles up."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import numpy as np
import pytest

from amalthea.runtime.runners import open_runner
from tests.runtime.agreement import answers_of_keras, numbers
from tests.runtime.runners.test_opening import RUNTIMES

pytestmark = pytest.mark.single_backend


def assert_same(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * expected.std())


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_single_pictures_from_eight_threads(graph, model, runtime):
    runner = open_runner(graph, runtime=runtime)
    pictures = numbers(64, 12, 12, 3)
    [expected] = answers_of_keras(model, [pictures])
    start = Barrier(8)

    def every_eighth(first):
        start.wait()
        return [(row, runner([pictures[row : row + 1]])[0]) for _ in range(20) for row in range(first, 64, 8)]

    with ThreadPoolExecutor(8) as pool:
        for answers in pool.map(every_eighth, range(8)):
            for row, found in answers:
                assert_same(found[0], expected[row])


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_batches_of_all_lengths_and_sizes_from_six_threads(graph, model, runtime):
    """More sizes than are kept, so that networks are thrown away while others use them."""
    runner = open_runner(graph, runtime=runtime)
    work = [numbers(seed % 11, 8 + seed % 6, 9, 3, seed=seed) for seed in range(66)]
    expected = [answers_of_keras(model, [pictures])[0] if len(pictures) else None for pictures in work]
    with ThreadPoolExecutor(6) as pool:
        for found, wanted in zip(pool.map(lambda pictures: runner([pictures])[0], work), expected, strict=True):
            if wanted is None:
                assert found.shape == (0, 8)
            else:
                assert_same(found, wanted)


def test_a_picture_need_not_wait_for_the_end_of_a_batch(graph):
    runner = open_runner(graph)
    many, single = numbers(4, 64, 64, 3), numbers(1, 64, 64, 3)
    with runner._call():  # as if another thread were computing: what that needs is compiled now
        runner([single])
    runner([many])
    batch = Thread(target=runner, args=([np.broadcast_to(many[:1], (20_000, 64, 64, 3))],))
    batch.start()
    try:
        for _ in range(5):
            runner([single])
        assert batch.is_alive()
    finally:
        batch.join()


def test_requests_do_not_pile_up(graph):
    runner = open_runner(graph)
    single = numbers(1, 12, 12, 3)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: runner([single]), range(800)))
    [network] = runner._networks.values()
    for pool in network._pools.values():
        assert 1 <= len(pool._idle) <= 8 * pool._ahead
    assert runner._calls == 0


def test_an_error_in_one_call_leaves_the_others_alone(graph, model):
    runner = open_runner(graph)
    good, bad = numbers(9, 12, 12, 3), np.full((9, 12, 12, 3), "x")
    [expected] = answers_of_keras(model, [good])
    for _ in range(3):
        with pytest.raises(ValueError, match="could not convert string to float"):
            runner([bad])
        assert_same(runner([good])[0], expected)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a process alone")
def test_control_c_in_the_middle_of_a_batch_leaves_a_runner_that_answers(graph, tmp_path):
    (tmp_path / "graph.onnx").write_bytes(graph)
    code = (
        "import os, pathlib, signal, sys, threading, numpy\n"
        "from amalthea.runtime.runners import open_runner\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "runner = open_runner(pathlib.Path(sys.argv[1]))\n"
        "few = numpy.random.default_rng(0).random((8, 64, 64, 3), numpy.float32)\n"
        "many = numpy.broadcast_to(few[:1], (1_000_000, 64, 64, 3))\n"
        "expected = runner([few])[0]\n"
        "for turn in range(10):\n"
        "    try:\n"
        "        threading.Timer(0.02 + turn / 100, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "        runner([many])\n"
        "    except KeyboardInterrupt: print('heard')\n"
        "    assert numpy.abs(runner([few])[0] - expected).max() < 1e-5\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "graph.onnx")]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert (answer.returncode, answer.stdout) == (0, "heard\n" * 10), answer.stderr


MEMORY = """
import gc, pathlib, sys, numpy
from amalthea.runtime.runners import open_runner
runner = open_runner(pathlib.Path(sys.argv[1]), runtime=sys.argv[2])
single, many = (numpy.zeros((count, 16, 16, 3), numpy.float32) for count in (1, 7))
def resident():
    gc.collect()
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096
def call(times):
    for _ in range(times): runner([single]), runner([many])
call(1000)
before = resident()
call(int(sys.argv[3]))
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("calls", [3000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_memory_stays_the_same(graph, tmp_path, runtime, calls):
    (tmp_path / "graph.onnx").write_bytes(graph)
    command = [sys.executable, "-c", MEMORY, str(tmp_path / "graph.onnx"), runtime, str(calls)]
    grown = int(subprocess.run(command, capture_output=True, text=True, timeout=250, check=True).stdout)
    assert grown < 4 * 2**20  # 100,000 calls that left a hundred bytes each would show
