"""The standard error of a command: our lines, and whatever else goes wrong."""

import os
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(sys.platform == "win32", reason="TensorFlow says less on Windows"),
]

SAID = """
import os
from amalthea.apps.quiet import without_chatter
os.write(2, b"before\\n")
with without_chatter():
    os.write(2, b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\\n")
    os.write(2, b"I0000 00:00:1 1 port.cc:153] oneDNN custom operations are on. You may see slightly different\\n")
    os.write(2, b"E0000 00:00:1 1 cuda_driver.cc:1] no device\\n")
    {then}
os.write(2, b"after\\n")
"""


@pytest.mark.parametrize(
    ("then", "status", "last"),
    [
        ("pass", 0, "after"),
        ("os.write(2, b'F0000 no AVX'); os.abort()", -6, "F0000 no AVX"),
        ("os.kill(os.getpid(), 2)", -2, "KeyboardInterrupt"),
        ("raise ImportError('no TensorFlow')", 1, "ImportError: no TensorFlow"),
    ],
)
def test_only_the_chatter_is_left_out_also_where_the_process_dies(then, status, last):
    hearing = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    run = [sys.executable, "-c", hearing + SAID.format(then=then)]
    answer = subprocess.run(run, capture_output=True, text=True, timeout=60)
    first, second, *_, ended = answer.stderr.splitlines()
    assert (first, second) == ("before", "E0000 00:00:1 1 cuda_driver.cc:1] no device")
    assert ended == last
    assert "oneDNN" not in answer.stderr
    assert answer.returncode == status


CLOSED = """
import os, sys
from amalthea.apps import main
from amalthea.apps.quiet import without_chatter
os.close(2)
sys.stderr = None  # as Python sets it where the shell was told 2>&-
sys.argv = ["amalthea", "--version"]
try:
    main()
except SystemExit:
    with without_chatter():
        print(open(os.devnull).fileno() > 2)
"""


def test_a_standard_error_that_is_closed_stays_out_of_the_way():
    answer = subprocess.run([sys.executable, "-c", CLOSED], capture_output=True, text=True, timeout=60)
    assert (answer.stdout.splitlines()[-1], answer.returncode) == ("True", 0)


KERAS = """
import os
os.write(2, b"I0000 00:00:1 1 port.cc:153] oneDNN custom operations are on. You may see slightly different\\n")
os.write(2, b"E0000 00:00:1 1 cuda_driver.cc:1] no device\\n")
"""
IMPORTS_IT = """
import sys
from amalthea.apps.quiet import QuietKeras
sys.meta_path.insert(0, QuietKeras())
import colorsys, keras
print(keras.__spec__.name, any(isinstance(finder, QuietKeras) for finder in sys.meta_path))
"""


@pytest.mark.parametrize(("backend", "quiet"), [("tensorflow", True), ("torch", False)])
def test_keras_is_quiet_whoever_imports_it(backend, quiet, tmp_path, monkeypatch):
    (tmp_path / "keras.py").write_text(KERAS)
    monkeypatch.setenv("KERAS_BACKEND", backend)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    answer = subprocess.run([sys.executable, "-c", IMPORTS_IT], capture_output=True, text=True, timeout=60)
    assert (answer.stdout, answer.returncode) == ("keras False\n", 0)
    assert answer.stderr.endswith("E0000 00:00:1 1 cuda_driver.cc:1] no device\n")
    assert ("oneDNN" in answer.stderr) is not quiet
