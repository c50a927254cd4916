"""What two processes of a server say to each other, a line of JSON at a time over a socket."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from itertools import count

_LONGEST = 2**24  # bytes of a line; figures take some tens of thousands
_REPLY = "reply"

Hear = Callable[[str, str], Awaitable[str]]
"""Takes the subject and the text of what the other side says, and returns the reply."""


class Channel:
    """One end of it; the other process has the other.

    Args:
        end: of a pair of Unix sockets.
        hear: what the other side says.
    """

    def __init__(self, end: socket.socket, hear: Hear) -> None:
        self._end, self._hear = end, hear
        self._writer: asyncio.StreamWriter | None = None
        self._numbers = count()
        self._awaited: dict[int, asyncio.Future[str]] = {}
        self._replies: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Hear the other side until it ends."""
        reader, self._writer = await asyncio.open_unix_connection(sock=self._end, limit=_LONGEST)
        try:
            while line := await reader.readline():
                number, subject, text = json.loads(line)
                if subject != _REPLY:
                    task = asyncio.create_task(self._reply(number, subject, text))
                    self._replies.add(task)
                    task.add_done_callback(self._replies.discard)
                elif (future := self._awaited.pop(number, None)) and not future.done():
                    future.set_result(text)
        except ConnectionError:
            pass  # it was killed while it spoke
        finally:
            for future in self._awaited.values():
                future.cancel()
            self._writer.close()
            self._writer = None
            await asyncio.gather(*self._replies)  # so that all of what was said has been heard

    def say(self, subject: str, text: str = "") -> None:
        """Something that needs no reply; nobody hears it where the other side has ended."""
        self._write(None, subject, text)

    async def ask(self, subject: str, text: str, seconds: float) -> str:
        """What the other side replies.

        Raises:
            TimeoutError: it does not, within so many seconds, or has ended.
        """
        number = next(self._numbers)
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._awaited[number] = future
        self._write(number, subject, text)
        try:
            await asyncio.wait([future], timeout=seconds if self._writer else 0)
            if not future.done() or future.cancelled():
                raise TimeoutError
            return future.result()
        finally:
            self._awaited.pop(number, None)

    async def _reply(self, number: int | None, subject: str, text: str) -> None:
        reply = await self._hear(subject, text)
        if number is not None:
            self._write(number, _REPLY, reply)

    def _write(self, number: int | None, subject: str, text: str) -> None:
        if self._writer is not None:
            self._writer.write(line_of(number, subject, text))


def line_of(number: int | None, subject: str, text: str) -> bytes:
    """What goes over the socket.

    Args:
        number: of a question and of its reply; None needs none.
        subject: what it is about.
        text: of any length.
    """
    return json.dumps([number, subject, text]).encode() + b"\n"
