"""The command line as a whole: help, version, errors, and what it imports."""

import os
import shlex
import subprocess
import sys

import pytest
from click.testing import CliRunner

import amalthea
from amalthea.apps.command_line import command_line

pytestmark = pytest.mark.single_backend


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "amalthea", *arguments], capture_output=True, text=True, timeout=120)


def test_version():
    answer = run("--version")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"amalthea {amalthea.__version__}\n", "")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_lists_every_command(arguments):
    answer = CliRunner().invoke(command_line, arguments)
    listed = answer.output.split("Commands:\n")[1].splitlines()
    assert [line.split()[0] for line in listed] == [
        "augment",
        "bench",
        "cache",
        "check",
        "evaluate",
        "explain",
        "export",
        "features",
        "layers",
        "migrate",
        "models",
        "predict",
        "run",
        "serve",
        "train",
        "weights",
    ]
    assert not any(line.endswith("...") for line in listed)


def test_an_unknown_command_is_a_usage_error():
    answer = run("prophesy")
    assert answer.returncode == 2
    assert answer.stderr.endswith("Error: No such command 'prophesy'.\n")
    assert run("pedict").stderr.endswith("Error: No such command 'pedict'. Did you mean predict?\n")
    assert answer.stdout == ""


def test_listing_models_imports_nothing_heavy():
    """It must answer within 0.3 s; the benchmarks measure that, this says what would break it."""
    heavy = ("keras", "numpy", "openvino", "onnx", "h5py", "PIL", "rich", "requests")
    code = (
        "import sys; from amalthea.apps.command_line import command_line; "
        "command_line(['models'], standalone_mode=False); "
        f"sys.exit(', '.join(name for name in {heavy} if name in sys.modules) or 0)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert answer.stderr == ""
    assert answer.returncode == 0
    assert "ResNet50" in answer.stdout


def test_a_reader_that_stops_early_is_no_error():
    shell = f"{shlex.quote(sys.executable)} -m amalthea models --json | head -n 1"
    answer = subprocess.run(shell, shell=True, capture_output=True, text=True, timeout=60)
    assert (answer.stdout, answer.stderr) == ("[\n", "")


def test_a_terminal_gets_a_drawn_table_and_a_pipe_gets_plain_text():
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    terminal, end = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "amalthea", "models", "resnet50*"]
    subprocess.run(command, stdout=end, env=environment, check=True, timeout=60)
    os.close(end)
    drawn = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert "\x1b[" in drawn
    assert "──────" in drawn
    assert "ResNet50V2" in drawn
    piped = run("models", "resnet50*").stdout
    assert piped == (
        "model       parameters  size px  top-1 %  top-5 %  MB  licence\n"
        "ResNet50    25,636,712      224     74.9     92.1  98  MIT\n"
        "ResNet50V2  25,613,800      224     76.0     93.0  98  BSD-3-Clause\n"
    )
