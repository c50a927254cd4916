"""Programs of the seeds in today's spelling, as ``amalthea migrate`` writes them, run on Keras 3 by Python itself."""

import os
import subprocess
import sys

import pytest

from tests.keras2.seeds.programs import PROGRAMS, source

pytestmark = [pytest.mark.single_backend, pytest.mark.timeout(300)]


@pytest.fixture
def call(work):
    """Runs Python in the folder of a program, and returns what it printed."""

    def python(*arguments):
        environment = {**os.environ, "MPLBACKEND": "agg"}
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=250)
        assert done.returncode == 0, done.stderr
        return done

    return python


@pytest.mark.parametrize(
    ("name", "written"),
    [("preview", "preview/cat_*.jpeg"), ("small convnet", "first_try.weights.h5"), ("freezing", None)],
)
def test_a_migrated_program(seeds, work, call, backend, name, written):
    pytest.importorskip("libcst")
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")
    program = PROGRAMS[name]
    script, original = work / "script.py", source(seeds, program.seed, program.blocks)
    script.write_text(original, encoding="utf-8")
    call("-m", "amalthea", "migrate", "--write", "script.py")
    today = script.read_text(encoding="utf-8")
    kept = work / "script.py.orig"
    assert (kept.read_text(encoding="utf-8") if kept.exists() else today) == original
    comments = [line for line in original.splitlines() if line.strip().startswith("#")]
    assert [line for line in comments if line not in today.splitlines()] == []
    assert call("-m", "amalthea", "migrate", "script.py").stdout == ""
    call("script.py")
    assert written is None or list(work.glob(written))
