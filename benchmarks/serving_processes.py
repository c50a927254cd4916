"""The processes of ``benchmarks.serving``: servers, the load, and ``predict_images`` by itself."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError, URLError

from benchmarks.serving_load import Outcome, Task

STARTING = 120.0  # seconds at most
ENDING = 60.0


class Server:
    """A server of pictures, from its first answer to its end.

    Args:
        arguments: of Python.
        log: where what it writes goes.
        environment: what is different in it.
        pictures: that it is going to be asked for, in turn.
    """

    def __init__(
        self, arguments: Sequence[str], log: Path, environment: dict[str, str], pictures: Sequence[Path]
    ) -> None:
        self._log, self.pictures = log, list(pictures)
        with log.open("wb") as written:
            self.process = subprocess.Popen(
                [sys.executable, *arguments], env=os.environ | environment, stdout=written, stderr=written
            )
        try:
            self.port = self._printed_port()
            self.best = [self._first_answer(picture) for picture in self.pictures]
        except BaseException:
            self.process.kill()
            raise

    def resident(self) -> float:
        """Megabytes of all its processes (Linux)."""
        pages = sum(int(folder.joinpath("statm").read_text(encoding="ascii").split()[1]) for folder in self._folders())
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def processor(self) -> float:
        """Seconds that all its processes have computed (Linux)."""
        stats = (folder.joinpath("stat").read_text(encoding="ascii") for folder in self._folders())
        ticks = [int(count) for stat in stats for count in stat.rpartition(")")[2].split()[11:13]]
        return sum(ticks) / os.sysconf("SC_CLK_TCK")

    def _folders(self) -> list[Path]:
        """Where Linux tells of its processes."""
        first = Path(f"/proc/{self.process.pid}")
        started = (task.joinpath("children").read_text(encoding="ascii") for task in first.glob("task/*"))
        return [first, *(Path(f"/proc/{number}") for children in started for number in children.split())]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            status = self.process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        if status not in (0, -15):  # uvicorn by itself passes the signal on
            raise RuntimeError(f"{self.process.args} ended with status {status}: {self._written()}")

    def _printed_port(self) -> int:
        end = time.monotonic() + STARTING
        while time.monotonic() < end:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", self._written()):
                return int(found[1])
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"{self.process.args} does not serve: {self._written()}")

    def _first_answer(self, picture: Path) -> str:
        """The best class."""
        end = time.monotonic() + STARTING
        address = f"http://127.0.0.1:{self.port}/v1/predict"
        request = urllib.request.Request(address, picture.read_bytes(), {"Content-Type": "image/jpeg"})
        while True:
            try:
                with urllib.request.urlopen(request, timeout=STARTING) as answer:
                    return str(json.load(answer)["predictions"][0]["classes"][0]["name"])
            except URLError as problem:  # it may not be ready yet
                failed = isinstance(problem, HTTPError) and problem.code != HTTPStatus.SERVICE_UNAVAILABLE
                if failed or time.monotonic() > end or self.process.poll() is not None:
                    raise RuntimeError(f"{self.process.args} does not answer: {self._written()}") from problem
                time.sleep(0.1)

    def _written(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-5000:]


class Asked:
    """A process that answers each line of JSON by one."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, question: object) -> Any:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self.hear()

    def hear(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args} ended with status {self._process.wait()}")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


class Load(Asked):
    """The process that sends requests."""

    def __init__(self) -> None:
        super().__init__("benchmarks.serving_load")

    def on(self, server: Server, **wishes: Any) -> Outcome:
        """What comes back; ``wishes`` as in ``Task``."""
        task = Task(host="127.0.0.1", port=server.port, files=[str(path) for path in server.pictures], **wishes)
        return Outcome(**self.ask(asdict(task)))
