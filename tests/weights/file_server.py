"""A server of one file that heeds Range and If-Range as RFC 9110 says, or breaks a rule that a test names."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import NamedTuple

Serve = Callable[[Callable[[BaseHTTPRequestHandler], None]], str]


class Asked(NamedTuple):
    """What a request asked for."""

    path: str
    range: str | None
    if_range: str | None


@dataclass
class FileServer:
    """Answers to give to the fixture ``serve``.

    Attributes:
        content: of the file.
        validators: headers that tell this state of the file from others.
        cuts: how many bytes each of the first answers sends before its connection breaks.
        heeds_range, heeds_if_range, tells_length: what a server may leave out.
        statuses: of each of the first answers, which then have no content.
        retry_after: header of those.
        pause: seconds after each 64 KiB.
        asked: requests so far.
    """

    content: bytes
    validators: dict[str, str] = field(default_factory=lambda: {"ETag": '"first"'})
    cuts: Iterable[int] = ()
    heeds_range: bool = True
    heeds_if_range: bool = True
    tells_length: bool = True
    statuses: Iterable[int] = ()
    retry_after: str | None = None
    pause: float = 0.0
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cuts, self.statuses = iter(self.cuts), iter(self.statuses)

    @property
    def ranges(self) -> list[str | None]:
        return [asked.range for asked in self.asked]

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        asked = Asked(request.path, request.headers.get("Range"), request.headers.get("If-Range"))
        self.asked.append(asked)
        if status := next(self.statuses, None):
            request.send_response(status)
            if self.retry_after is not None:
                request.send_header("Retry-After", self.retry_after)
            return request.end_headers()
        begin = self._begin(asked)
        if begin >= len(self.content) > 0:
            request.send_response(416)
            request.send_header("Content-Range", f"bytes */{len(self.content)}")
            return request.end_headers()
        self._send_headers(request, begin, partial=begin > 0)
        return self._send_content(request, self.content[begin:])

    def _begin(self, asked: Asked) -> int:
        known = self.validators.values() if self.heeds_if_range else (asked.if_range,)
        if asked.range and self.heeds_range and asked.if_range in known:
            return int(re.fullmatch(r"bytes=(\d+)-", asked.range)[1])
        return 0

    def _send_headers(self, request: BaseHTTPRequestHandler, begin: int, partial: bool) -> None:
        size = len(self.content)
        request.send_response(206 if partial else 200)
        if partial:
            request.send_header("Content-Range", f"bytes {begin}-{size - 1}/{size}")
        if self.tells_length:
            request.send_header("Content-Length", str(size - begin))
        for name, value in self.validators.items():
            request.send_header(name, value)
        request.end_headers()

    def _send_content(self, request: BaseHTTPRequestHandler, content: bytes) -> None:
        content = content[: next(self.cuts, len(content))]
        for start in range(0, len(content), 2**16):
            request.wfile.write(content[start : start + 2**16])
            time.sleep(self.pause)
