"""Connections whose clients have a limited time, and room, to say what they want."""

import asyncio
import json
from http import HTTPStatus
from typing import Any, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .logs import log_access
from .metrics import Metrics

_ROOM = 2**16  # bytes for the head of a request


def connection_class(seconds: float, metrics: Metrics) -> type[HttpToolsProtocol]:
    """A connection of uvicorn that is closed where the head of a request does not arrive in time, or is too large.

    Args:
        seconds: for the head of a request; a connection that asks nothing for so long at first is closed, too.
        metrics: count what is refused here.
    """

    class Connection(HttpToolsProtocol):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._deadline: asyncio.TimerHandle | None = None  # for a head that is awaited
            self._rest: asyncio.TimerHandle | None = None  # for what is left of a refused body, and the next request
            self._begun = False  # a head of which a part has come
            self._head = 0  # bytes of it that have come; of a piece that begins with another request, 1
            self._piece = 0  # bytes that have come last

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(cast(asyncio.Transport, _Gathering(transport, self)))
            self._await_head()

        def connection_lost(self, exc: Exception | None) -> None:
            self._head_came()
            self._rest_came()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            self._unset_keepalive_if_required()
            self._piece = len(data)
            try:
                self._parse(data)
            except HttpParserError as problem:
                if isinstance(problem.__context__, _LargeHead):
                    self._refuse_large_head()
                else:
                    self._refuse(400, f"The request is not of HTTP's form: {problem}.")
                return
            if self._begun and self._deadline is None:  # most heads come whole, and need none
                self._await_head()
                self._head = 1  # what comes before it within the data is of another request, and does not count
            elif self._deadline is not None:
                self._head += len(data)
            if self._head > _ROOM and self._deadline is not None:
                self._refuse_large_head()
            cycle: Any = self.cycle  # None before the first request
            if not self._begun and self._rest is None and cycle is not None and cycle.response_complete:
                self._rest = self.loop.call_later(seconds, self.transport.close)  # uvicorn would wait for it for ever

        def _parse(self, data: bytes) -> None:
            while True:
                try:
                    self.parser.feed_data(data)
                    return
                except HttpParserUpgrade as upgrade:
                    method, [end] = self.parser.get_method(), upgrade.args
                    if method == b"CONNECT":
                        self._refuse(501, "This server leads to no other one; it does not know CONNECT.")
                        return
                    # Nobody must agree to another protocol; without that wish, what is asked is read as ever.
                    data = _head_without_upgrade(method, self.url, self.parser, self.headers) + data[end:]
                    self.parser = _parser(self)

        def _should_upgrade(self) -> bool:
            return True  # to a parser that does not know of it

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._begun = True
            if self._rest is not None:
                self._rest_came()

        def on_headers_complete(self) -> None:
            if (self._head or self._piece > _ROOM) and _length(self.url, self.headers) > _ROOM:
                raise _LargeHead
            self._head_came()
            super().on_headers_complete()

        def on_response_complete(self) -> None:
            cast(_Gathering, self.transport).send()
            super().on_response_complete()

        def _await_head(self) -> None:
            self._deadline = self.loop.call_later(seconds, self._too_late)

        def _head_came(self) -> None:
            self._begun = False
            self._head = 0
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _rest_came(self) -> None:
            if self._rest is not None:
                self._rest.cancel()
                self._rest = None

        def _too_late(self) -> None:
            self._deadline = None
            if self._head:
                self._refuse(408, f"The head of the request did not arrive within {seconds:g} seconds.")
            else:
                self.transport.close()

        def _refuse_large_head(self) -> None:
            self._refuse(431, f"The head of a request may have {_ROOM:,} bytes.")

        def _refuse(self, status: int, sentence: str) -> None:
            self._head_came()
            if not self.transport.is_closing():
                self.transport.write(_answer(status, sentence))
                self.transport.close()
                _record(metrics, status, self.client)

    return Connection


class _LargeHead(Exception):  # noqa: N818 - it ends the parser, which says so by an error of its own
    """A head that has come, of more bytes than it may have."""


class _Gathering:
    """A transport that sends the head of an answer together with its body, which uvicorn writes apart.

    Args:
        transport: that sends.
        connection: whose answers are sent.
    """

    def __init__(self, transport: asyncio.Transport, connection: HttpToolsProtocol) -> None:
        self._transport, self._connection = transport, connection
        self._held = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        cycle: Any = self._connection.cycle  # None before the first request
        if self._held or cycle is None or not cycle.response_started:
            self._transport.write(self._held + data)
            self._held = b""
        else:
            self._held = data

    def close(self) -> None:
        self.send()
        self._transport.close()

    def send(self) -> None:
        """What is held back, such as a head without a body."""
        if self._held:
            self._transport.write(self._held)
            self._held = b""


def _parser(connection: HttpToolsProtocol) -> HttpRequestParser:
    """A new parser, as uvicorn sets it up."""
    parser = HttpRequestParser(connection)
    if hasattr(parser, "set_dangerous_leniencies"):  # since httptools 0.6.3
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
    return parser


def _head_without_upgrade(
    method: bytes, url: bytes, parser: HttpRequestParser, headers: list[tuple[bytes, bytes]]
) -> bytes:
    """The head of a request again, but for the wish to go on in another protocol."""
    lines = [b"%s %s HTTP/%s" % (method, url, parser.get_http_version().encode())]
    for name, value in headers:
        if name == b"connection":
            value = b",".join(part for part in value.split(b",") if part.strip().lower() != b"upgrade")
        if name != b"upgrade":
            lines.append(b"%s: %s" % (name, value))
    return b"\r\n".join((*lines, b"", b""))


def _length(url: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    """Bytes of a head, but for the spaces that nobody needs."""
    return len(url) + sum(len(name) + len(value) + 4 for name, value in headers)


def _record(metrics: Metrics, status: int, client: tuple[str, int] | None) -> None:
    """Count and tell of a refusal that no application hears of."""
    metrics.requests_of("other", "other", status).inc()
    if status == HTTPStatus.REQUEST_TIMEOUT:
        metrics.refused.labels("slow").inc()
    log_access({"status": status, "client": client and client[0]})


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
