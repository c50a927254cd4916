"""What goes wrong with a request, as an answer with a sentence: ``{"error": "…"}``."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from secrets import token_hex

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from ...errors import AmaltheaError, ArgumentError, ImageError, MissingDependencyError, UnknownModelError

_LOG = logging.getLogger(__name__)

_KINDS: tuple[tuple[type[AmaltheaError], HTTPStatus], ...] = (
    (UnknownModelError, HTTPStatus.NOT_FOUND),
    (ImageError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ArgumentError, HTTPStatus.BAD_REQUEST),
)


class Problem(Exception):  # noqa: N818 - an answer, which need not be an error of anybody
    """A request that gets this answer instead of the one that it asked for.

    Args:
        status: of HTTP.
        message: a sentence: what was given, what is allowed, what to do next.
        headers: that go with it.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = int(status), message, dict(headers or {})

    def response(self) -> Response:
        """The answer."""
        return JSONResponse({"error": self.message}, self.status, self.headers)


class Overloaded(Problem):
    """More work than may wait."""

    def __init__(self, waiting: int, called: str = "requests") -> None:
        message = f"The server is busy: {waiting} {called} wait already, as many as may. Ask again in a second."
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, message, {"Retry-After": "1"})


class TimedOut(Problem):
    """Work that was not done in time."""

    def __init__(self, seconds: float) -> None:
        limit = f"{seconds:g} seconds, the server's limit"
        message = f"There was no answer within {limit}. Ask for less at a time, or later."
        super().__init__(HTTPStatus.GATEWAY_TIMEOUT, message)


class Ending(Problem):
    """Work that came when the server was about to end, or was not done when it did."""

    def __init__(self) -> None:
        message = "The server is being shut down. Ask another one, or this one when it is there again."
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, message, {"Retry-After": "5", "Connection": "close"})


class NotOffered(Problem):
    """A wish that needs a package which is not installed here: its client can do nothing about that."""

    def __init__(self) -> None:
        message = (
            "This server does not offer what was asked for: a package is not installed where it runs. Ask for less, or "
            "show this to whoever runs it; the log says which package it is."
        )
        super().__init__(HTTPStatus.NOT_IMPLEMENTED, message)


class Starting(Problem):
    """A question that came before the self-test of the networks was passed."""

    def __init__(self) -> None:
        message = "The server is starting: its networks are being tried. Ask again in a second."
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, message, {"Retry-After": "1"})


def problem_of(error: Exception) -> Problem:
    """The problem that an exception is; one that nobody foresaw stands in the log, under a number.

    In the log stands also which package is missing, for whoever runs the server can install it, and no client.

    Args:
        error: that an answer ended with.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        own = error.detail != HTTPStatus(error.status_code).phrase
        known = _SENTENCES.get(error.status_code, error.detail)
        methods = (error.headers or {}).get("Allow", "other ones")
        return Problem(error.status_code, error.detail if own else known.format(methods=methods), error.headers)
    if isinstance(error, MissingDependencyError):
        _LOG.warning("A request was refused for want of a package. %s", error)
        return NotOffered()
    for kind, status in _KINDS:
        if isinstance(error, kind):
            return Problem(status, str(error))
    number = token_hex(4)
    _LOG.error("Error %s", number, exc_info=error)
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        f"The server failed; its log tells why under the number {number}. Show that to whoever runs it.",
    )


def answer_to(error: Exception) -> Response:
    """The answer that says what went wrong."""
    return problem_of(error).response()


_SENTENCES: dict[int, str] = {
    HTTPStatus.NOT_FOUND: (
        "There is nothing here. The page is at /; /openapi.json describes all addresses, and docs/serving.md of "
        "Amalthea tells how to ask."
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method, but {methods}.",
}
