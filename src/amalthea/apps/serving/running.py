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
from types import FrameType

import click
import uvicorn
from starlette.applications import Starlette

from ...errors import ArgumentError
from .application import application
from .connections import connection_class
from .logs import json_lines
from .models import ServedModels
from .settings import ServerSettings
from .state import Server

_BACKLOG = 2048  # connections that may wait to be accepted
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
        running = RunningServer(configuration(app, settings), app.state.server, address(settings, listener))
        _allow_many_connections()
        gc.freeze()  # what is here now stays; looking through it again and again would hold up requests
        running.run([listener])
    if app.state.server.readiness.failure is not None:
        raise app.state.server.readiness.failure


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
        where: its address, said as soon as it listens; empty says nothing.
    """

    def __init__(self, config: uvicorn.Config, server: Server, where: str = "") -> None:
        super().__init__(config)
        self._server, self._where = server, where

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say where."""
        await super().startup(sockets)
        if self._where:
            click.echo(f"Amalthea serves on {self._where}", err=True)

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
        """Whether to end."""
        return await super().on_tick(counter) or self._server.readiness.failure is not None

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
        timeout_graceful_shutdown=settings.drain + _LAST_WORDS,  # type: ignore[arg-type] # it takes any number
        backlog=_BACKLOG,
    )


@contextmanager
def listening(settings: ServerSettings) -> Iterator[socket.socket]:
    """A socket that listens where the settings say.

    Raises:
        ArgumentError: nobody can listen there.
    """
    try:
        [family, _, _, _, place], *_ = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        listener = socket.create_server(place, family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as problem:
        raise ArgumentError(
            f"--host {settings.host} --port {settings.port} cannot be listened on: {_reason(problem)}. Name another "
            "port, or 0 for any that is free, and as --host an address of this machine."
        ) from problem
    with listener:
        yield listener


def _reason(problem: Exception) -> str:
    """What the system says, without what Python adds."""
    known = isinstance(problem, OSError) and not isinstance(problem, socket.gaierror) and problem.errno
    return os.strerror(known) if known else str(getattr(problem, "strerror", None) or problem)


def address(settings: ServerSettings, listener: socket.socket) -> str:
    """Where clients find a server.

    Args:
        settings: of the server.
        listener: its socket, which knows the port.
    """
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listener.getsockname()[1]}"


def _allow_many_connections() -> None:
    """Ask the system for as many open files as it allows; each connection is one."""
    try:
        import resource
    except ImportError:  # only Unix counts them
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):  # then as many as before
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
