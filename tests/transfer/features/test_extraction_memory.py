"""Memory does not grow with the number of pictures."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.transfer.features.networks import picture_files

pytestmark = [
    pytest.mark.slow,
    pytest.mark.single_backend,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells anonymous memory"),
]

ROOT = Path(__file__).parents[3]
MEGABYTE = 10**6


def peak(folder: Path, count: int) -> tuple[int, int]:
    """Bytes of the features, and of what memory grew by at most."""
    picture_files(folder, count)
    command = [sys.executable, "-m", "tests.transfer.features.extraction_memory", str(folder)]
    answer = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True, timeout=250)
    size, grown = map(int, answer.stdout.split())
    return size, grown


def test_ten_times_the_pictures_take_no_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "openvino")
    few, of_few = peak(tmp_path / "few", 600)
    monkeypatch.setenv("AMALTHEA_CACHE", str(tmp_path / "cache"))
    many, of_many = peak(tmp_path / "many", 6000)
    assert many == 10 * few > 250 * MEGABYTE
    assert of_many < of_few + 20 * MEGABYTE
