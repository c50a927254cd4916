"""One of several processes that answer as one server: it is handed its connections by the one that started it.

``started`` starts it with the numbers of two sockets, and writes its task to its standard input. Where nothing more
comes over the first of them, it finishes what it has accepted, and ends: so it does where the other one was killed.
"""

import asyncio
import pickle
import socket
import sys
from collections.abc import Callable

import uvicorn

from ...errors import AmaltheaError
from ..quiet import QuietKeras
from .application import application
from .channel import Channel, line_of
from .logs import json_lines
from .models import open_models
from .running import RunningServer, configuration, end_process, run
from .started import Task
from .state import Server

_PATIENCE = 5.0  # seconds for the figures of the other processes


def main() -> None:
    """Answer until no more connections can come."""
    handover, reports = (socket.socket(fileno=int(number)) for number in sys.argv[1:])
    for each in (handover, reports):
        each.set_inheritable(False)  # to a process that outlives this one, it would seem to live on
    sys.meta_path.insert(0, QuietKeras())  # as the command line does
    task: Task = pickle.load(sys.stdin.buffer)
    try:
        with json_lines(task.log_level):
            _answer(task, handover, reports)
    except AmaltheaError as failure:
        reports.sendall(line_of(None, "failed", str(failure)))
        sys.exit(1)
    end_process()


def _answer(task: Task, handover: socket.socket, reports: socket.socket) -> None:
    models = open_models(task.models, task.precision, task.threads)
    app = application(models, task.settings)
    server: Server = app.state.server
    run(_HandedServer(configuration(app, task.settings), server, handover, reports.dup()), [])


class _HandedServer(RunningServer):
    """A server that does not listen.

    Args:
        config: of uvicorn.
        server: that it runs.
        handover: brings the connections.
        reports: tells how it stands, and asks how the others do.
    """

    def __init__(self, config: uvicorn.Config, server: Server, handover: socket.socket, reports: socket.socket) -> None:
        super().__init__(config, server)
        self._handover = handover
        self._channel = Channel(reports, self._hear)
        self._connecting: set[asyncio.Task[None]] = set()
        self._told = False  # that it is ready
        self._handed = 0  # connections that the other side takes to be open

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._server.metrics.gather = self._figures
        self._conversation = asyncio.create_task(self._channel.run())
        self._handover.setblocking(False)
        asyncio.get_running_loop().add_reader(self._handover, self._take)

    async def on_tick(self, counter: int) -> bool:
        """Tell what has changed, and whether to end."""
        if self._server.ready and not self._told:
            self._told = True
            self._channel.say("ready")
        open_now = len(self.server_state.connections) + len(self._connecting)
        if closed := self._handed - open_now:
            self._handed = open_now
            self._channel.say("closed", str(closed))
        return await super().on_tick(counter)

    def _take(self) -> None:
        """Whatever was handed over."""
        try:
            content, numbers, _, _ = socket.recv_fds(self._handover, 1, 1)
        except BlockingIOError:
            return
        if not content:
            asyncio.get_running_loop().remove_reader(self._handover)
            self.should_exit = True
        self._handed += len(content)
        for number in numbers:  # none where this process may not open another file
            task = asyncio.create_task(self._connect(socket.socket(fileno=number)))
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    async def _connect(self, connection: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(self._connection, connection)
        except OSError:  # the client has gone already
            connection.close()

    def _connection(self) -> asyncio.Protocol:
        """What uvicorn makes of each connection that it accepts."""
        made: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        return made(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    async def _hear(self, subject: str, text: str) -> str:
        """The figures of this process: nothing else is asked for."""
        return self._server.metrics.text().decode()

    async def _figures(self, own: str) -> str:
        """The figures of all processes, or of this one where the other one does not reply."""
        try:
            return await self._channel.ask("figures", own, _PATIENCE)
        except TimeoutError:
            return own


if __name__ == "__main__":
    main()
