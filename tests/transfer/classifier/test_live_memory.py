"""Memory does not grow with the number of epochs."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest

pytest.importorskip("cv2", reason="augmentation warps with OpenCV, which the plain installation lacks")

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells anonymous memory"),
]

ROOT = Path(__file__).parents[3]
MEGABYTE = 10**6


def test_fifty_epochs_of_live_pictures() -> None:
    command = [sys.executable, "-m", "tests.transfer.classifier.live_memory", "50"]
    answer = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True, timeout=250)
    after = list(map(int, answer.stdout.split()))
    assert len(after) == 50
    assert max(after[10:]) < after[9] + 20 * MEGABYTE
