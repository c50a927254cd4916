"""Bytes from a server, however often the connection breaks.

How a part is continued is RFC 9110's: a Range from where it ends, on the condition (If-Range) that the file is still
the same one. Proxies and certificates are those of the environment: HTTPS_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE.
"""

import os
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import SystemRandom
from typing import NamedTuple

import requests

from .part import Part, Source, require_same

# Bytes that are written at once; of those that arrive, no more are lost when a connection breaks.
_CHUNK = 2**16
_TOO_MANY_REQUESTS = 429
# In the order in which requests heeds them.
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True, slots=True)
class Patience:
    """When to give a server up.

    Attributes:
        connect: seconds to reach it.
        read: seconds to wait for the next bytes.
        attempts: failures in a row, with no progress between them, after which there is no hope.
        pause: seconds after the first failure, about; each further pause is twice as long.
        longest_pause: seconds, also where the server asks for more.
    """

    connect: float = 10.0
    read: float = 30.0
    attempts: int = 5
    pause: float = 0.5
    longest_pause: float = 60.0


class Fetched(NamedTuple):
    """What arrived.

    Attributes:
        status: of the file that holds it, by which it is known again.
        in_one_piece: whether all of it came at once, and its length was announced; if not, it may be a mixture.
    """

    status: os.stat_result
    in_one_piece: bool


class FetchError(Exception):
    """Why there is no file, in a few words."""


class InterruptedFetchError(FetchError):
    """The same, where another attempt may succeed."""


def fetch(address: str, part: Part, patience: Patience, show: Callable[[int, int | None], None]) -> Fetched:
    """Completes a file from what arrived already.

    Args:
        address: where it is.
        part: what arrived already; it stays after a failure if it can be continued.
        patience: when to give up.
        show: called with the bytes that arrived and, where the server says it, those of the whole file.

    Raises:
        FetchError, requests.RequestException: it cannot be completed.
        OSError: it cannot be written.
    """
    failures, furthest, resumed = 0, part.size, part.source(address) is not None
    while True:
        try:
            source = _attempt(address, part, patience, show)
            return Fetched(part.path.stat(), not resumed and source.length is not None)
        except (requests.RequestException, InterruptedFetchError) as problem:
            if part.size >= furthest + _CHUNK:
                failures, furthest = 0, part.size
            failures += 1
            if failures >= patience.attempts or not _worth_another(problem, failures):
                raise
            resumed = part.source(address) is not None
            time.sleep(_pause(failures, problem, patience))


def _attempt(address: str, part: Part, patience: Patience, show: Callable[[int, int | None], None]) -> Source:
    source = part.source(address)
    offset = part.size if source else 0
    # Of compressed bytes neither the length nor the position in the file is known.
    headers = {"Accept-Encoding": "identity"}
    if source:
        if offset == source.length:
            return source
        headers |= {"Range": f"bytes={offset}-", "If-Range": source.validator}
    timeout = (patience.connect, patience.read)
    with _answer(address, headers, timeout) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            part.discard()
            raise InterruptedFetchError("the server has no more of the file than has arrived")
        response.raise_for_status()
        now = _source(address, response)
        if response.status_code != requests.codes.partial_content:
            source, offset = now, 0
            part.begin(source)
        elif source is None or not _continues(response, source, now, offset):
            part.discard()
            raise InterruptedFetchError("the server continued another file than the one that was begun")
        _receive(response, part, offset, source.length, show)
    return source


def _answer(address: str, headers: dict[str, str], timeout: tuple[float, float]) -> requests.Response:
    try:
        return requests.get(address, stream=True, timeout=timeout, headers=headers)
    except requests.RequestException:
        raise
    except OSError as problem:  # the certificates are not there
        setting = next((f" (see {name})" for name in _CERTIFICATES if os.environ.get(name)), "")
        raise FetchError(f"{problem}{setting}") from problem
    except ValueError as problem:  # no name of a server, or of a proxy
        raise FetchError(str(problem)) from problem


def _source(address: str, response: requests.Response) -> Source:
    """The state of the file that a response is about."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return Source(address, "", None)
    tag, date = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
    length = response.headers.get("Content-Length", "")
    # A weak ETag may stand for other bytes.
    validator = tag if tag.startswith('"') else date
    return Source(address, validator, int(length) if re.fullmatch(r"\d{1,18}", length) else None)


def _continues(response: requests.Response, source: Source, now: Source, offset: int) -> bool:
    """Whether a partial answer is what was asked for; not every server heeds If-Range."""
    given = re.fullmatch(r"bytes (\d{1,18})-\d+/(\d{1,18}|\*)", response.headers.get("Content-Range", ""))
    if not given or int(given[1]) != offset:
        return False
    same_length = given[2] == "*" or source.length in (None, int(given[2]))
    return same_length and now.validator in ("", source.validator)


def _receive(
    response: requests.Response, part: Part, offset: int, length: int | None, show: Callable[[int, int | None], None]
) -> None:
    with part.path.open("r+b") as target:
        target.seek(offset)
        for chunk in response.iter_content(_CHUNK):
            target.write(chunk)
            show(target.tell(), length)
        size = target.tell()
        require_same(part.path, os.fstat(target.fileno()))
    if length is not None and size != length:
        raise InterruptedFetchError(f"the server announced {length} bytes and sent {size}")


def _worth_another(problem: Exception, failures: int) -> bool:
    """Whether the same request may succeed later."""
    if unresolved := _unresolved(problem):
        return unresolved.errno == socket.EAI_AGAIN and failures == 1
    if isinstance(problem, requests.HTTPError) and problem.response is not None:
        status = problem.response.status_code
        return status >= requests.codes.server_error or status in (_TOO_MANY_REQUESTS, requests.codes.request_timeout)
    if isinstance(problem, requests.exceptions.SSLError):
        return "CERTIFICATE_VERIFY_FAILED" not in str(problem)
    interruptions = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
    return isinstance(problem, (*interruptions, InterruptedFetchError))


def _unresolved(problem: BaseException | None) -> socket.gaierror | None:
    """Why the server's name has no address, however deep the exception lies below others."""
    while problem:
        if isinstance(problem, socket.gaierror):
            return problem
        problem = problem.__cause__ or problem.__context__
    return None


def _pause(failures: int, problem: Exception, patience: Patience) -> float:
    """Seconds until the next attempt: longer each time, and not the same for all who were turned away together."""
    wanted: float = patience.pause * 2 ** (failures - 1) * SystemRandom().uniform(0.5, 1.5)
    if isinstance(problem, requests.HTTPError) and problem.response is not None:
        wanted = max(wanted, _retry_after(problem.response.headers.get("Retry-After", "")))
    return min(wanted, patience.longest_pause)


def _retry_after(value: str) -> float:
    """The seconds that a server asks for, as a number or as a date; 0 where it asks for nothing."""
    if value.isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
