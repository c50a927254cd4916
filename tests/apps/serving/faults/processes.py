"""``amalthea serve`` as a process, as a person starts it."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from .conversation import PATIENCE, ask, connected, get, heard, request


class Process:
    """A server that answers.

    Args:
        arguments: of ``amalthea serve``.
        log: file for what it writes.
        program: what Python runs as the command ``amalthea``.
        ready: whether to wait until its networks are tried.
    """

    def __init__(self, arguments, log, program=("-m", "amalthea"), ready=True):
        self.log = log
        command = [sys.executable, *program, "serve", *map(str, arguments), "--port", "0"]
        with log.open("wb") as written:
            self.popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=written, stderr=written)
        self.port = self._port(ready)

    def _port(self, ready):
        end = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < end and self.popen.poll() is None:
            if found := re.search(r"Amalthea serves on http://127\.0\.0\.1:(\d+)", self.written()):
                while ready and get(int(found[1]), "/v2/health/ready").status != 200:
                    assert time.monotonic() < end, self.written()
                    time.sleep(0.02)
                return int(found[1])
            time.sleep(0.02)
        self.kill()
        raise AssertionError(f"it does not serve: {self.written()}")

    def written(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def ask(self, content):
        return ask(self.port, content)

    def predict(self, picture, **headers):
        return ask(self.port, request(picture, **headers))

    def connected(self):
        return connected(self.port)

    def heard(self, connection):
        """The answer that comes; None where there is none."""
        return heard(connection)

    def open_files(self):
        """How many it has, connections included (Linux)."""
        return len(os.listdir(f"/proc/{self.popen.pid}/fd"))

    def megabytes(self):
        """Of memory that it has (Linux)."""
        return int(Path(f"/proc/{self.popen.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def wait(self):
        """Its exit status."""
        return self.popen.wait(PATIENCE)

    def kill(self):
        self.popen.kill()
        self.popen.wait(PATIENCE)
