"""The real command line, in this process or in one of its own."""

import os
import subprocess
import sys

from click.testing import CliRunner

from amalthea.apps.command_line import command_line

# Also where the tests run in the background of a shell, which ignores Ctrl-C for all that it starts.
HEARING = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from amalthea.apps import main; main()"
)


def call(*arguments):
    return CliRunner().invoke(command_line, list(map(str, arguments)))


def succeed(*arguments):
    answer = call(*arguments)
    assert answer.exit_code == 0, answer.output
    return answer


def started(*arguments):
    """A process that hears Ctrl-C, with the settings of somebody who has made none."""
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    command = [sys.executable, "-c", HEARING, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
