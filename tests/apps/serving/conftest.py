"""Real servers on the loopback: one in a thread of this process, or one in a process of its own."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import pytest
import requests

STARTS_WITHIN = 60.0  # seconds; a process imports NumPy and OpenVINO first


@contextmanager
def server_in_thread(*models: object, **settings: object) -> Iterator[str]:
    """The address of a server in this process, which is ready; it is drained at the end."""
    from amalthea.apps.serving import ServerSettings, open_models
    from amalthea.apps.serving.application import application
    from amalthea.apps.serving.listening import address, listening
    from amalthea.apps.serving.running import RunningServer, configuration

    chosen = ServerSettings(port=0, **settings)
    app = application(open_models([str(model) for model in models]), chosen)
    with listening(chosen) as listener:
        running = RunningServer(configuration(app, chosen), app.state.server)
        thread = Thread(target=running.run, args=([listener],), name="server")
        thread.start()
        try:
            url = address(chosen, listener)
            wait_for(lambda: app.state.server.ready or not thread.is_alive())
            yield url
        finally:
            running.should_exit = True
            thread.join(STARTS_WITHIN)
            assert not thread.is_alive()


def wait_for(condition: Callable[[], bool], seconds: float = STARTS_WITHIN) -> None:
    """Until it holds; it is an error if it does not become so."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def network_file(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MobileNet at a quarter of its width, with its real weights, as ``mobilenet.onnx``."""
    import amalthea
    from amalthea.applications import MobileNet

    file = tmp_path_factory.mktemp("network") / "mobilenet.onnx"
    amalthea.save(MobileNet(alpha=0.25, weights=test_data / "weights" / "mobilenet_2_5_224_tf.h5"), file)
    return file


@pytest.fixture(scope="session")
def served(network_file: Path) -> Iterator[str]:
    """The address of a server of ``mobilenet`` that many tests share."""
    with server_in_thread(network_file) as url:
        yield url


@pytest.fixture
def server() -> Iterator[Callable[..., str]]:
    """Starts servers in this process: ``server(*models, **settings)`` is the address of one, once it is ready.

    Models are names of the catalogue or files, settings those of ``ServerSettings``; the port is any that is free.
    """
    with ExitStack() as servers:
        yield lambda *models, **settings: servers.enter_context(server_in_thread(*models, **settings))


class ServerProcess:
    """``amalthea serve`` in a process of its own.

    Attributes:
        process: with its standard error read into ``lines``.
        lines: what it has said so far.
    """

    def __init__(self, arguments: list[str]) -> None:
        command = [sys.executable, "-m", "amalthea", "serve", "--port", "0", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.lines: list[str] = []
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines += iter(self.process.stderr.readline, "")

    @property
    def url(self) -> str:
        """Its address; empty until it is said."""
        found = [line for line in list(self.lines) if line.startswith("Amalthea serves on ")]
        return found[0].split()[-1] if found else ""

    def wait_until_ready(self) -> None:
        """Until it answers."""
        wait_for(lambda: bool(self.url) or self.process.poll() is not None)
        assert self.url, self.lines
        wait_for(lambda: requests.get(f"{self.url}/v2/health/ready", timeout=10).status_code == 200)

    def ended(self, seconds: float = 30.0) -> int:
        """Its exit status, once it has ended."""
        status = self.process.wait(seconds)
        self._reader.join(seconds)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status


@pytest.fixture
def serve_process() -> Iterator[Callable[..., ServerProcess]]:
    """Starts ``amalthea serve`` with arguments, on any port, and waits until it is ready; killed after the test."""
    with ExitStack() as processes:

        def start(*arguments: object, ready: bool = True) -> ServerProcess:
            started = ServerProcess([str(argument) for argument in arguments])
            processes.callback(started.ended)
            processes.callback(started.process.kill)
            if ready:
                started.wait_until_ready()
            return started

        yield start
