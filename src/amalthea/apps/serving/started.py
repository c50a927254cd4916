"""One of several processes that answer as one server, seen by the one that starts it."""

import asyncio
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from .channel import Channel
from .settings import ServerSettings

_SOON = 0.02  # seconds
_LAST = 5.0  # seconds from the last that was heard of a process until it has ended
_PATIENCE = 2.0  # seconds for its figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What each of the processes does.

    Attributes:
        settings: its share of the limits.
        models: names of networks and files.
        precision: that they compute with.
        threads: that each network may use.
        log_level: from which on messages are shown.
    """

    settings: ServerSettings
    models: tuple[str, ...]
    precision: str = "float32"
    threads: int | None = None
    log_level: str = "info"


class StartedProcess:
    """A process that answers the connections that it is handed.

    Args:
        task: what it does.
        ready: is set as soon as it can answer.
        gather: the figures of all processes, for this one.

    Attributes:
        ready: whether it can answer, or could.
        connections: that it has, as far as it has told.
        figures: the last that it told.
        failure: why it cannot begin, if it told.
    """

    def __init__(self, task: Task, ready: asyncio.Event, gather: Callable[["StartedProcess"], Awaitable[str]]) -> None:
        self.ready, self._gather = ready, gather
        self.connections, self.figures, self.failure = 0, "", ""
        self._handover, its_handover = socket.socketpair()
        reports, its_reports = socket.socketpair()
        with its_handover, its_reports:
            self._process = _started(its_handover.fileno(), its_reports.fileno())
        self._handover.setblocking(False)
        self._channel = Channel(reports, self._hear)
        assert self._process.stdin is not None
        with suppress(BrokenPipeError), self._process.stdin as told:  # it has ended already
            pickle.dump(task, told)

    def take(self, connection: socket.socket) -> None:
        """Hand it a connection.

        Raises:
            OSError: it does not take it.
        """
        socket.send_fds(self._handover, [b"\0"], [connection.fileno()])
        self.connections += 1

    async def tell(self) -> None:
        """Renew its figures, if it tells them soon."""
        with suppress(TimeoutError):
            self.figures = await self._channel.ask("figures", "", _PATIENCE)

    def dismiss(self) -> None:
        """Let it finish what it has accepted, and end; at once, if it could not answer yet."""
        if not self.ready.is_set():
            self.kill()
        with suppress(OSError):  # it has ended
            self._handover.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    async def ended(self) -> int:
        """Its exit status, once it has ended."""
        with self._handover:
            await self._channel.run()
            last = asyncio.get_running_loop().call_later(_LAST, self.kill)
            while (status := self._process.poll()) is None:
                await asyncio.sleep(_SOON)
            last.cancel()
            return status

    async def _hear(self, subject: str, text: str) -> str:
        match subject:
            case "ready":
                self.ready.set()
            case "closed":
                self.connections -= int(text)
            case "failed":
                self.failure = text
            case "figures":
                self.figures = text
                return await self._gather(self)
        return ""


def _started(*numbers: int) -> subprocess.Popen[bytes]:
    """A process that inherits the sockets of these numbers."""
    command = [sys.executable, "-P", "-m", f"{__package__}.process", *map(str, numbers)]
    with _signals_held():
        return subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=numbers)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Within this block SIGTERM and Ctrl-C wait; for processes that it starts, for ever.

    A terminal and systemd send them to all processes of a command: these end when the first one says so, which hands
    them no more connections before.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
