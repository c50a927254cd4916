"""Connections whose clients have a limited time, and room, to say what they want."""

import asyncio
import json
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_ROOM = 2**16  # bytes for the head of a request


def connection_class(seconds: float) -> type[HttpToolsProtocol]:
    """A connection of uvicorn that is closed where the head of a request does not arrive in time, or is too large.

    Args:
        seconds: for the head of a request; a connection that asks nothing for so long is closed, too.
    """

    class Connection(HttpToolsProtocol):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._deadline: asyncio.TimerHandle | None = None
            self._head = 0  # bytes of it that have come

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(cast(asyncio.Transport, _Gathering(transport, self.loop)))
            self._await_head()

        def connection_lost(self, exc: Exception | None) -> None:
            self._head_came()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self._deadline is not None:
                self._head += len(data)
                if self._head > _ROOM:
                    self._refuse(431, f"The head of a request may have {_ROOM:,} bytes.")

        def on_message_begin(self) -> None:
            super().on_message_begin()
            if self._deadline is None:
                self._await_head()

        def on_headers_complete(self) -> None:
            self._head_came()
            super().on_headers_complete()

        def _await_head(self) -> None:
            self._head = 0
            self._deadline = self.loop.call_later(seconds, self._too_late)

        def _head_came(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _too_late(self) -> None:
            self._deadline = None
            if self._head:
                self._refuse(408, f"The head of the request did not arrive within {seconds:g} seconds.")
            else:
                self.transport.close()

        def _refuse(self, status: int, sentence: str) -> None:
            self._head_came()
            if not self.transport.is_closing():
                self.transport.write(_answer(status, sentence))
                self.transport.close()

    return Connection


class _Gathering:
    """A transport that sends at once what is written in one turn of the loop; uvicorn writes head and body apart.

    Args:
        transport: that sends.
        loop: of the transport.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._send)
        self._parts.append(data)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._parts:
            self._transport.write(b"".join(self._parts))
            self._parts.clear()


def _answer(status: int, sentence: str) -> bytes:
    """What a client is told that has not asked anything yet."""
    content = json.dumps({"error": sentence}).encode()
    lines = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "content-type: application/json",
        f"content-length: {len(content)}",
        "connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + content
