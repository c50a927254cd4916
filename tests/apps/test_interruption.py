"""Ctrl-C that arrives, whatever runs: ``interruption_checks.py``, in a process of its own.

OpenVINO leaves a handler of signals behind where several of its cores were made and destroyed, as by other tests: then
the signal ends the process (OpenVINO 2026.4.1).
"""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process"),
]

ROOT = Path(__file__).parents[2]


def test_interruption():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/apps/interruption_checks.py"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert " passed" in answer.stdout
