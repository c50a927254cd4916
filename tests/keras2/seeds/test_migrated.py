"""Programs of the seeds in today's spelling, as ``amalthea migrate`` writes them, run on Keras 3 by Python itself."""

import os
import subprocess
import sys

import pytest

from tests.apps.commands import succeed
from tests.keras2.seeds.programs import PROGRAMS, source

pytestmark = [pytest.mark.single_backend, pytest.mark.timeout(300)]


def with_fewer_pictures(program, work):
    """The program and its folder with whole batches of 16 as there, but fewer; test_programs.py trains with all."""
    whole = (work / "data").resolve()
    (work / "data").unlink()
    for part, count, written in (
        ("train", 160, "train_samples = 2000"),
        ("validation", 64, "validation_samples = 800"),
    ):
        for folder in sorted((whole / part).iterdir()):
            some = work / "data" / part / folder.name
            some.mkdir(parents=True)
            for file in sorted(folder.iterdir())[: count // 2]:
                (some / file.name).symlink_to(file)
        assert program.count(written) == 1
        program = program.replace(written, f"{written.split()[0]} = {count}")
    return program


@pytest.mark.parametrize(
    ("name", "written"),
    [("preview", "preview/cat_*.jpeg"), ("small convnet", "first_try.weights.h5"), ("freezing", None)],
)
def test_a_migrated_program(seeds, work, backend, name, written):
    pytest.importorskip("libcst")
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")
    program = PROGRAMS[name]
    script, original = work / "script.py", source(seeds, program.seed, program.blocks)
    if name == "small convnet":
        original = with_fewer_pictures(original, work)
    script.write_text(original, encoding="utf-8")
    succeed("migrate", "--write", script)
    today = script.read_text(encoding="utf-8")
    kept = work / "script.py.orig"
    assert (kept.read_text(encoding="utf-8") if kept.exists() else today) == original
    comments = [line for line in original.splitlines() if line.strip().startswith("#")]
    assert [line for line in comments if line not in today.splitlines()] == []
    assert succeed("migrate", script).stdout == ""
    environment = {**os.environ, "MPLBACKEND": "agg"}
    command = [sys.executable, script.name]
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=250)
    assert done.returncode == 0, done.stderr
    assert written is None or list(work.glob(written))
