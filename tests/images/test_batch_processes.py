"""A program with batches ends at once, whatever they are doing."""

import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from amalthea.images import Augmentation, picture_batches
from tests.images.batch_samples import picture_threads, wait_until

pytestmark = pytest.mark.single_backend

ROOT = Path(__file__).parents[2]


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.images.batch_processes", *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_program_ends_while_batches_are_prepared() -> None:
    process = start("ends_while_batches_are_prepared")
    assert process.communicate(timeout=120) == ("", "")
    assert process.returncode == 0


def test_a_thread_that_outlives_the_main_thread_gets_its_batches() -> None:
    process = start("ends_while_another_thread_goes_on")
    out, problems = process.communicate(timeout=120)
    assert problems == ""
    assert out.splitlines() == [f"batch {number}" for number in range(5)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
@pytest.mark.parametrize("workers", ["0", "2"])
def test_control_c_ends_the_wait_and_the_program(workers: str) -> None:
    process = start("is_interrupted", workers)
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=120) == ("interrupted\n", "")
    assert process.returncode == 0


@pytest.mark.slow
def test_a_thousand_epochs_leak_nothing(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    paths = [tmp_path / f"{number:02}.jpg" for number in range(20)]
    for path in paths:
        Image.fromarray(generator.integers(0, 256, (24, 32, 3), np.uint8)).save(path)
    flips = Augmentation(horizontal_flip=True, vertical_flip=True)  # which need no OpenCV
    batches = picture_batches(paths, size=16, augmentation=flips, batch_size=6, shuffle=True, seed=0, workers=4)
    tracemalloc.start()
    sizes = []
    for epoch in range(1000):
        assert sum(len(x) for x, _ in batches.epoch(epoch)) == 20
        if epoch % 100 == 99:
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert max(sizes[5:]) < sizes[0] + 200_000
    wait_until(lambda: not picture_threads())
    assert threading.active_count() < 5
