"""A server that runs until somebody ends it."""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf
from types import FrameType

import click
import uvicorn
from starlette.applications import Starlette

from .application import application
from .connections import connection_class
from .listening import BACKLOG, allow_many_connections, announcement, listening
from .logs import json_lines
from .models import ServedModels
from .settings import ServerSettings
from .state import Server

_LOG = logging.getLogger(__name__)
_IDLE = 75  # seconds that a connection is kept; longer than proxies do, which would ask just when it is closed
_OTHER_FILES = 64  # at most, that a server has open beside its connections
_LAST_WORDS = 1.0  # seconds for the answers to those whose work is not done in time


def serve(settings: ServerSettings, models: ServedModels, log_level: str = "info") -> None:
    """Answer requests until SIGTERM or Ctrl-C, then finish what was accepted. A second Ctrl-C ends at once.

    Args:
        settings: where to listen, and the limits.
        models: to serve.
        log_level: from which on messages are shown; requests are of level "info".

    Raises:
        ArgumentError: the address cannot be listened on.
        ModelFileError: a network fails its self-test.
    """
    with listening(settings) as listener, json_lines(log_level):
        app = application(models, settings)
        said = announcement(settings, listener)
        run(RunningServer(configuration(app, settings), app.state.server, said), [listener])


def run(running: "RunningServer", listeners: list[socket.socket]) -> None:
    """Let a server run to its end.

    Args:
        running: the server.
        listeners: where it listens.

    Raises:
        ModelFileError: a network fails its self-test.
    """
    running.files = allow_many_connections()
    gc.freeze()  # what is here now stays; looking through it again and again would hold up requests
    running.run(listeners)
    if running.failure is not None:
        raise running.failure


def end_process() -> None:
    """End the process with status 0, also where threads still compute what nobody waits for any more.

    Python itself would wait for them, longer than the time that the server was given to end.
    """
    if any(thread is not threading.main_thread() and not thread.daemon for thread in threading.enumerate()):
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # whoever heard it has gone
                stream.flush()
        os._exit(0)


class RunningServer(uvicorn.Server):
    """uvicorn, but signals end it without an error, and it ends by itself where its networks fail.

    Args:
        config: of uvicorn.
        server: that it runs.
        said: as soon as it listens; empty says nothing.

    Attributes:
        files: that may be open; before so many are, the log has a warning, once.
    """

    files: float = inf

    def __init__(self, config: uvicorn.Config, server: Server, said: str = "") -> None:
        super().__init__(config)
        self._server, self._said = server, said
        server.metrics.connections.set_function(lambda: len(self.server_state.connections))

    @property
    def failure(self) -> Exception | None:
        """Why its networks cannot be asked."""
        return self._server.readiness.failure

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say where."""
        await super().startup(sockets)
        if self._said:
            click.echo(self._said, err=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what was accepted; what is not done in the time for that is answered with a sentence."""
        overdue = asyncio.get_running_loop().call_later(self._server.settings.drain, self._end_requests)
        await super().shutdown(sockets)
        overdue.cancel()

    def _end_requests(self) -> None:
        self._server.workers.end()
        for task in self.server_state.tasks:
            task.cancel()

    async def on_tick(self, counter: int) -> bool:
        """Whether to end; told once if hardly more connections can be opened."""
        connections = len(self.server_state.connections)
        if connections + _OTHER_FILES >= self.files:
            _LOG.warning(
                "%d connections are open, and this process may have %d files open: beyond that, connections are cut "
                "off. Allow more, by ulimit -n or LimitNOFILE= of systemd.",
                connections,
                self.files,
            )
            self.files = inf
        return await super().on_tick(counter) or self.failure is not None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear signals within this block; uvicorn would raise them again after it, and so end with an error."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread hears signals
            return
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Finish what was accepted; asked a second time by Ctrl-C, end at once."""
        if self.should_exit and sig == signal.SIGINT:
            os._exit(128 + sig)
        self.should_exit = True


def configuration(app: Starlette, settings: ServerSettings) -> uvicorn.Config:
    """How uvicorn runs an application.

    Args:
        app: the application, whose ``state.server`` is the ``Server``.
        settings: of the server.
    """
    return uvicorn.Config(
        app,
        http=connection_class(settings.timeout, app.state.server.metrics),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=settings.drain + _LAST_WORDS,  # type: ignore[arg-type] # it takes any number
        backlog=BACKLOG,
    )
