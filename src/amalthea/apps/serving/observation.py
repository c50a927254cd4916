"""Every request gets a number, is counted, and leaves a line in the log; whatever goes wrong becomes an answer."""

import asyncio
import re
import time
from collections.abc import Iterator
from itertools import count
from secrets import token_hex
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .logs import is_logged, log_access
from .problems import Ending, Problem, problem_of
from .state import Server

_GIVEN = re.compile(rb"[\x21-\x7e]{1,128}")
_NO_GUESSING = b"x-content-type-options", b"nosniff"
_REFUSALS = {408: "slow", 503: "overload", 504: "time"}


class Observation:
    """Middleware around all others.

    Args:
        app: that answers.
        server: whose figures count.
    """

    def __init__(self, app: ASGIApp, server: Server) -> None:
        self._app, self._server = app, server
        self._numbers = _numbers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watched = _Watched(scope, send, _given(scope) or next(self._numbers))
        metrics = self._server.metrics
        metrics.in_flight.inc()
        try:
            await self._app(scope, receive, watched.send)
        except (Exception, asyncio.CancelledError) as error:
            problem = Ending() if isinstance(error, asyncio.CancelledError) else problem_of(error)
            if watched.status:  # a part of the answer is out already
                raise
            await problem.response()(scope, receive, watched.send)
            self._refused(problem)
        finally:
            metrics.in_flight.dec()
            self._server.room.give_back(scope)
            self._record(watched)

    def _refused(self, problem: Problem) -> None:
        if problem.status in _REFUSALS:
            self._server.metrics.refused.labels(_REFUSALS[problem.status]).inc()

    def _record(self, watched: "_Watched") -> None:
        seconds = time.perf_counter() - watched.started
        route, method = _route(watched.scope), _method(watched.scope)
        metrics = self._server.metrics
        metrics.requests_of(route, method, watched.status).inc()
        metrics.seconds_of(route).observe(seconds)
        if is_logged():
            log_access(watched.facts(seconds))


class _Watched:
    """A request, and what is sent in answer."""

    __slots__ = ("_send", "identity", "scope", "size", "started", "status")

    def __init__(self, scope: Scope, send: Send, identity: bytes) -> None:
        self.started = time.perf_counter()
        self.scope, self._send, self.identity = scope, send, identity
        self.status = self.size = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message["headers"], (b"x-request-id", self.identity)]
            if not any(name == _NO_GUESSING[0] for name, _ in headers):
                headers.append(_NO_GUESSING)
            message["headers"] = headers
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)

    def facts(self, seconds: float) -> dict[str, Any]:
        """What the log says of it."""
        scope = self.scope
        client = scope.get("client")
        return {
            "method": scope["method"],
            "path": scope["path"],
            "status": self.status,
            "milliseconds": round(1000 * seconds, 2),
            "bytes": self.size,
            "model": scope.get("state", {}).get("model"),
            "client": client and client[0],
            "request": self.identity.decode("ascii"),
        }


def _numbers() -> Iterator[bytes]:
    """Numbers of requests that no other server gives."""
    own = token_hex(4)
    return (f"{own}-{number:06}".encode("ascii") for number in count(1))


def _given(scope: Scope) -> bytes | None:
    """The number that the client gave the request, if a log can hold it."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN.fullmatch(value):
            return bytes(value)
    return None


def _route(scope: Scope) -> str:
    """The address without what varies in it; all that nobody serves counts as one."""
    return getattr(scope.get("route"), "path", None) or "other"


def _method(scope: Scope) -> str:
    method = str(scope["method"])
    return method if method in ("GET", "HEAD", "POST", "OPTIONS") else "other"
