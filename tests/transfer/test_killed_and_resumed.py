"""A training that is killed again and again ends with the weights of one that never was."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TypeAlias

import keras
import numpy as np
import pytest

from amalthea.storage import TRAININGS

pytest.importorskip("sklearn", reason="training needs it")

from tests.transfer.resumed_training import EPOCHS, train

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
]

Process: TypeAlias = "subprocess.Popen[str]"

KILLS = 6


@pytest.fixture
def started() -> Iterator[Callable[[Path], Process]]:
    """Starts processes that will train as soon as they are told to; none is left in the end."""
    folder, pipe = Path(__file__).parents[2], subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    with ExitStack() as processes:

        def start(out: Path) -> Process:
            run = [sys.executable, "-m", "tests.transfer.resumed_training", str(out)]
            process = subprocess.Popen(run, cwd=folder, env=environment, stdin=pipe, stdout=pipe, text=True)
            processes.enter_context(process)
            processes.callback(process.kill)
            return process

        yield start


def begin(process: Process) -> IO[str]:
    """Let it train; returns what it says of that."""
    assert process.stdin and process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout


@pytest.mark.timeout(900)
def test_killed_and_resumed(started: Callable[[Path], Process], tmp_path: Path) -> None:
    train(tmp_path / "whole.npz")
    assert TRAININGS.clear().entries == 2
    out, generator = tmp_path / "resumed.npz", np.random.default_rng(7)
    waiting = started(out)
    for _ in range(KILLS):
        process, waiting = waiting, started(out)  # which imports Keras meanwhile
        said = begin(process)
        for _ in range(int(generator.integers(1, 5))):
            assert said.readline(), "it should have trained on"
        time.sleep(generator.uniform(0, 0.02))  # somewhere in an epoch, or while it is written
        process.kill()
        process.wait()
        assert not out.exists()
    rest = begin(waiting).read().split()
    assert waiting.wait() == 0
    assert len(rest) < 2 * EPOCHS, "it went on with nothing"
    with np.load(tmp_path / "whole.npz") as wanted, np.load(out) as found:
        assert wanted.files == found.files
        for name in wanted.files:
            np.testing.assert_array_equal(wanted[name], found[name])
