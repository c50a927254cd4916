"""Forms with files, ``multipart/form-data`` (RFC 7578), from memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from .problems import Problem

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_HEADER = 1000  # bytes of one with options, at most: reading those takes the square of their number


@dataclass(slots=True)
class Part:
    """A field of a form.

    Attributes:
        name: of the field.
        file_name: as the client calls the file; None where it is none, or has no name.
        content: its bytes.
    """

    name: str
    file_name: str | None
    content: bytes


@dataclass(slots=True)
class _Reading:
    """What the parser has told of the part that it is in."""

    take: Callable[[Part], None]
    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    headers: dict[bytes, bytes] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)
    ended: bool = False

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def on_header_end(self) -> None:
        self.headers[bytes(self.header).lower()] = bytes(self.value)
        self.header.clear()
        self.value.clear()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self.pieces.append(data[start:end])

    def on_part_end(self) -> None:
        options = _options("the Content-Disposition of a part", self.headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise _unreadable("one of its parts has no name")
        file_name = options.get(b"filename", b"").decode("utf-8", "replace")
        name = options[b"name"].decode("utf-8", "replace")
        content = self.pieces[0] if len(self.pieces) == 1 else b"".join(self.pieces)
        self.headers, self.pieces = {}, []
        self.take(Part(name, file_name or None, content))

    def on_end(self) -> None:
        self.ended = True


def read_form(content: bytes, content_type: str, take: Callable[[Part], None]) -> None:
    """Tell of the fields of a form, one after another.

    Args:
        content: the body.
        content_type: its header, which names the boundary.
        take: is told; where it raises an exception, the rest of the form is not read.

    Raises:
        Problem: it is no such form, or is cut off.
    """
    options = _options("its Content-Type", content_type.encode("latin-1"))
    if not options.get(b"boundary"):
        raise _unreadable("its Content-Type names no boundary")
    reading = _Reading(take)
    callbacks: MultipartCallbacks = {
        "on_header_field": reading.on_header_field,
        "on_header_value": reading.on_header_value,
        "on_header_end": reading.on_header_end,
        "on_part_data": reading.on_part_data,
        "on_part_end": reading.on_part_end,
        "on_end": reading.on_end,
    }
    try:
        parser = MultipartParser(options[b"boundary"], callbacks)
        parser.write(content)
        parser.finalize()
    except FormParserError as problem:
        raise _unreadable(str(problem)) from problem
    if not reading.ended:
        raise _unreadable("it is cut off: the last boundary is missing")


def _options(what: str, header: bytes) -> dict[bytes, bytes]:
    if len(header) > _HEADER:
        raise _unreadable(f"{what} has {len(header):,} bytes; allowed are {_HEADER:,}")
    return parse_options_header(header)[1]


def _unreadable(reason: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"The form cannot be read: {reason.rstrip('.')}. Send multipart/form-data.")
