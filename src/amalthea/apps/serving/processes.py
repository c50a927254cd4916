"""Several processes that answer as one server: one more listens, hands them connections, and watches over them.

One interpreter of Python computes in one thread at a time whatever is not left to a library: several use more of many
processors. Each connection goes to the process that has the fewest; if they took connections by themselves, one that is
a little faster would take nearly all of some that come together, and keep them.
"""

import asyncio
import logging
import os
import signal
import socket
import time
from collections import deque
from contextlib import suppress
from dataclasses import replace

import click
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector
from prometheus_client.exposition import generate_latest

from ...errors import AmaltheaError
from .figures import lasting, summed
from .listening import allow_many_connections, announcement, listening
from .logs import json_lines
from .settings import processors
from .started import StartedProcess, Task

_LOG = logging.getLogger(__name__)

_EARLY, _WITHIN = 3, 60.0  # processes that may end within so many seconds before they were ready
_SOON = 0.02  # seconds
_GRACE = 5.0  # seconds beyond --drain, after which a process is ended
_PAUSE = 1.0  # seconds, when the system has no room for another connection


def serve_in_processes(task: Task, number: int) -> None:
    """Answer requests until SIGTERM or Ctrl-C, then finish what was accepted. A second Ctrl-C ends at once.

    Args:
        task: of all processes together.
        number: of the processes.

    Raises:
        ArgumentError: the address cannot be listened on.
        AmaltheaError: a network cannot be opened, or the processes end again and again before they can answer.
    """
    with listening(task.settings) as listener, json_lines(task.log_level):
        allow_many_connections()
        listener.setblocking(False)
        asyncio.run(_Supervisor(_share(task, number), number, listener).run())


def _share(task: Task, number: int) -> Task:
    """What one of so many processes does: so many requests, bytes and threads are there for all together."""
    whole = task.settings
    settings = replace(
        whole,
        concurrency=-(-whole.concurrency // number),
        waiting=-(-whole.waiting // number),
        max_bodies=-(-whole.max_bodies // number),
    )
    return replace(task, settings=settings, threads=task.threads or max(1, processors() // number))


class _Supervisor:
    """Starts processes, hands them connections, and starts others in the place of those that end.

    Args:
        task: of each process.
        number: of processes.
        listener: accepts connections.
    """

    def __init__(self, task: Task, number: int, listener: socket.socket) -> None:
        self._task, self._number, self._listener = task, number, listener
        self._processes: list[StartedProcess] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._begun = False  # all were ready once
        self._early: deque[float] = deque(maxlen=_EARLY)  # when processes ended that had not been ready
        self._past = ""  # figures of processes that have ended
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        count = Gauge("amalthea_processes", "Processes that answer requests.", registry=self._registry)
        count.set_function(lambda: len(self._ready()))

    async def run(self) -> None:
        """Until a signal, or until it makes no sense any more."""
        loop = asyncio.get_running_loop()
        self._end: asyncio.Future[None] = loop.create_future()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._hear_signal, number)
        serving = asyncio.create_task(self._serve())
        try:
            done, _ = await asyncio.wait([serving, self._end], return_when=asyncio.FIRST_COMPLETED)
        finally:
            serving.cancel()
            await asyncio.wait([serving])
            self._listener.close()
            await self._finish()
        for each in done:
            each.result()

    async def _serve(self) -> None:
        first = self._keep_one()
        await first.wait()  # it downloads and converts what the others then find
        for ready in [self._keep_one() for _ in range(self._number - 1)]:
            await ready.wait()
        self._begun = True
        click.echo(announcement(self._task.settings, self._listener), err=True)
        while True:
            try:
                connection, _ = await asyncio.get_running_loop().sock_accept(self._listener)
            except OSError as problem:
                _LOG.error("A connection could not be accepted: %s.", problem.strerror)
                await asyncio.sleep(_PAUSE)
            else:
                await self._hand_over(connection)

    async def _hand_over(self, connection: socket.socket) -> None:
        """To the process that has the fewest; where none can take it, as soon as one can."""
        with connection:
            while True:
                for process in sorted(self._ready(), key=lambda each: each.connections):
                    with suppress(OSError):  # it has just ended, or does not take what was handed to it before
                        process.take(connection)
                        return
                await asyncio.sleep(_SOON)

    def _ready(self) -> list[StartedProcess]:
        return [process for process in self._processes if process.ready.is_set()]

    def _keep_one(self) -> asyncio.Event:
        """Set as soon as a process is ready, in whose place there is always one from now on."""
        ready = asyncio.Event()
        keeper = asyncio.create_task(self._keep(ready))
        keeper.add_done_callback(self._kept)
        self._keepers.append(keeper)
        return ready

    async def _keep(self, ready: asyncio.Event) -> None:
        while not self._end.done():
            process = StartedProcess(self._task, ready, self._figures)
            self._processes.append(process)
            try:
                status = await process.ended()
            finally:
                self._processes.remove(process)
            self._past = lasting(summed([self._past, process.figures]))
            if not self._end.done():
                self._judge(process, status)
                ready = asyncio.Event() if ready.is_set() else ready

    def _kept(self, keeper: "asyncio.Task[None]") -> None:
        problem = None if keeper.cancelled() else keeper.exception()
        if problem and not self._end.done():  # such as no memory for another process
            self._end.set_exception(problem)

    def _judge(self, process: StartedProcess, status: int) -> None:
        """Whether another process may take the place of one that has ended."""
        reason = process.failure or _ended_with(status)
        if not process.ready.is_set():
            self._early.append(time.monotonic())
            if process.failure and not self._begun:
                self._end.set_exception(AmaltheaError(process.failure))
                return
            if len(self._early) == _EARLY and self._early[-1] - self._early[0] < _WITHIN:
                self._end.set_exception(AmaltheaError(_too_often(reason)))
                return
        _LOG.error("A process of the server has ended: %s Another one takes its place.", reason)

    def _hear_signal(self, number: int) -> None:
        """Finish what was accepted; asked a second time by Ctrl-C, end at once."""
        if not self._end.done():
            self._end.set_result(None)
        elif number == signal.SIGINT:
            for process in self._processes:
                process.kill()
            os._exit(128 + number)

    async def _finish(self) -> None:
        for process in self._processes:
            process.dismiss()
        if self._keepers:
            await asyncio.wait(self._keepers, timeout=self._task.settings.drain + _GRACE)
        for process in self._processes:
            process.kill()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    async def _figures(self, asks: StartedProcess) -> str:
        """Of all processes, this one among them, and of those that have ended."""
        await asyncio.gather(*(process.tell() for process in self._ready() if process is not asks))
        own = generate_latest(self._registry).decode()
        return summed([own, *(process.figures for process in self._processes), self._past])


def _ended_with(status: int) -> str:
    return f"signal {-status} ({signal.Signals(-status).name})." if status < 0 else f"status {status}."


def _too_often(reason: str) -> str:
    return (
        f"{_EARLY} processes of the server ended within a minute before they could answer; the last one: {reason} "
        "What they wrote stands above. Try --processes 1, or fewer and smaller networks if memory is short."
    )
