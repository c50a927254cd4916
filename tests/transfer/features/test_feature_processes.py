"""Processes that are killed while they store features, and several that store the same."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from amalthea.transfer.features.feature_set import FileFeatureSet
from tests.transfer.features.feature_records import WIDTH, digests, found_right, records

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork, by which many processes start at once"),
]

ROOT = Path(__file__).parents[3]


def run(mode: str, folder: Path) -> str:
    """What the processes printed."""
    command = [sys.executable, "-m", "tests.transfer.features.feature_processes", mode, str(folder)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert (answer.returncode, answer.stderr) == (0, "")
    return answer.stdout.strip()


def test_a_writer_that_is_killed_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    assert int(run("killed", tmp_path)) > 1000


@pytest.mark.parametrize("mode", ["killed-in-write", "killed-at-fsync"])
def test_a_writer_that_is_killed_before_the_commit_leaves_a_usable_set(mode: str, tmp_path: Path) -> None:
    run(mode, tmp_path)
    size = (tmp_path / "records.bin").stat().st_size
    assert size > 30 * 4 * WIDTH
    features = FileFeatureSet(tmp_path, WIDTH, np.dtype("float32"))
    assert found_right(features, range(100)) == list(range(30))
    features.append(digests(range(100)), records(range(100)))
    assert found_right(features, range(100)) == list(range(100))
    assert features.records().shape[0] >= size // (4 * WIDTH) + 70


def test_of_four_writers_each_record_is_stored_once(tmp_path: Path) -> None:
    assert run("together", tmp_path) == "1000"
