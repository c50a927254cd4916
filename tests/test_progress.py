"""What a person at a terminal sees of long work, and what everybody else does not."""

import os
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.single_backend

SLOWLY = (
    "import time; from amalthea._progress import progress\n"
    "with progress('Counting', 'pictures') as show:\n"
    "    for done in range(21):\n"
    "        show(done, 20)\n"
    "        time.sleep(0.1)\n"
)
WATCHED = (  # what the cell shows at each moment, of which it keeps the last
    "import IPython.display as shown; words = []; handle = shown.DisplayHandle\n"
    "handle.update = lambda self, data, raw: words.append(data['text/plain'])\n" + SLOWLY + "print(words)\n"
)
QUICKLY = SLOWLY.replace("0.1", "0")


def shown_at_a_terminal(code: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a program writes to the standard error where that is a terminal."""
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    ours, theirs = pty.openpty()
    shown = b""
    with subprocess.Popen([sys.executable, "-c", code], stderr=theirs) as process:
        os.close(theirs)
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # so Linux says that nobody writes any more
            pass
    os.close(ours)
    assert process.returncode == 0, shown
    return shown.decode()


def test_a_terminal_shows_how_many_are_done_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = shown_at_a_terminal(SLOWLY, monkeypatch)
    words = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown)  # without colours
    assert re.search(r"Counting .* 1\d/20 pictures", words)
    assert re.search(r"pictures 0:\d\d:(0[1-9]|[1-9]\d)", words), "some seconds are left in the middle"
    assert shown.endswith("\x1b[2K"), "the bar is gone at the end"


def test_elsewhere_nothing_is_shown() -> None:
    answer = subprocess.run([sys.executable, "-c", QUICKLY], capture_output=True, text=True, check=True, timeout=60)
    assert (answer.stdout, answer.stderr) == ("", "")


def test_other_threads_show_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    code = f"import threading; thread = threading.Thread(target=exec, args=({QUICKLY!r}, {{}}))\n"
    code += "thread.start(); thread.join(); import sys; sys.stderr.write('end')\n"
    assert shown_at_a_terminal(code, monkeypatch) == "end"


def test_a_notebook_shows_it_in_a_line_of_the_cell() -> None:
    nbformat = pytest.importorskip("nbformat", reason="nbclient and ipykernel run notebooks")
    nbclient = pytest.importorskip("nbclient", reason="nbclient and ipykernel run notebooks")
    pytest.importorskip("ipykernel")
    cells = [nbformat.v4.new_code_cell(code) for code in (SLOWLY, QUICKLY, WATCHED)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    slowly, quickly, watched = ([dict(part) for part in cell.outputs] for cell in notebook.cells)
    assert [part["data"] for part in slowly] == [{"text/plain": ""}], "the line is empty in the end"
    assert quickly == []
    assert re.search(r"Counting: 1\d of 20 pictures, [01] s left", watched[-1]["text"])
