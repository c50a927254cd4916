"""Scripts that ask for windows on a machine without a display."""

import subprocess
import sys

import pytest

from amalthea.keras2._running import figures

pytestmark = pytest.mark.single_backend

USED = """
import matplotlib
matplotlib.use('TkAgg')
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
plt.switch_backend('Qt5Agg')
plt.plot([2, 1])
plt.show()
"""


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="There always is a display")
def test_a_script_that_chooses_windows_gets_files(folder):
    pytest.importorskip("matplotlib")
    (folder / "script.py").write_text(USED)
    command = [sys.executable, "-m", "amalthea", "run", "--explain", "script.py"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in folder.glob("*.png")) == ["figure-1.png", "figure-2.png"]
    assert "script.py:3: Matplotlib's TkAgg needs a display, and there is none: plt.show() saves figures" in done.stderr


@pytest.mark.parametrize("backend", ["Agg", "WebAgg", "module://mine", None])
def test_other_backends_are_what_was_chosen(folder, monkeypatch, backend):
    monkeypatch.setattr(sys, "platform", "linux")
    chosen = figures.without_windows(lambda backend, **settings: (backend, settings))
    assert chosen(backend, force=False) == (backend, {"force": False})
    assert chosen("GTK3Agg") == (figures.BACKEND, {})
    assert chosen(backend="wxAgg") == (figures.BACKEND, {})
    monkeypatch.setenv("DISPLAY", ":0")
    assert chosen("GTK3Agg") == ("GTK3Agg", {})
