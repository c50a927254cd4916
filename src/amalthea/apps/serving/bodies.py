"""Bodies of requests, read within their limits of bytes and time."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import Scope

from .multipart import Part, read_form
from .problems import Problem
from .settings import ServerSettings

_TAKEN = "amalthea.room"
_LONGEST = 1000  # bytes of a field that is no file: looking for a name of millions would hold up all other requests
_FIELDS = 20  # of a form, beside its pictures; more than there are, so that one of another name is told which it is
_PATIENCE = 4  # times the limit: as much of a body is read and thrown away, so that its sender hears the answer


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a request.

    Attributes:
        name: as the client calls it; None where it does not.
        content: its bytes.
    """

    name: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """What a request holds.

    Attributes:
        uploads: the files, in their order.
        fields: the other fields of a form, by name.
    """

    uploads: list[Upload]
    fields: dict[str, str] = field(default_factory=dict)


class Room:
    """Memory for the bodies of all requests at a time, so that many clients cannot fill what one may not.

    Args:
        limit: in bytes.
    """

    def __init__(self, limit: int) -> None:
        self._limit, self._taken = limit, 0

    def take(self, scope: Scope, size: int) -> None:
        """For a part of a request's body, as long as the request is not answered.

        Raises:
            Problem: there is no room.
        """
        if self._taken + size > self._limit:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "The server is busy: so many are sending that there is no room for more. Ask again in a second.",
                {"Retry-After": "1", "Connection": "close"},
            )
        self._taken += size
        scope[_TAKEN] = scope.get(_TAKEN, 0) + size

    def give_back(self, scope: Scope) -> None:
        """What a request has taken, which is answered."""
        self._taken -= scope.get(_TAKEN, 0)


async def read_bytes(request: Request, settings: ServerSettings) -> bytes:
    """The body of a request.

    Raises:
        Problem: it is too large, comes too slowly, or its sender went away; or there is no room for it.
    """
    limit = settings.max_body
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit and "expect" in request.headers:
        raise _too_large(limit)
    try:
        async with asyncio.timeout(settings.timeout):
            return await _received(request, limit, request.app.state.server.room)
    except TimeoutError:
        raise Problem(
            HTTPStatus.REQUEST_TIMEOUT,
            f"The request did not arrive within {settings.timeout:g} seconds, the server's limit. Send it again, or "
            "send less at a time.",
            {"Connection": "close"},
        ) from None


async def _received(request: Request, limit: int, room: Room) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            room.take(request.scope, len(chunk))
            chunks.append(chunk)
        else:
            chunks.clear()
        if not message.get("more_body", False):
            if size > limit:
                raise _too_large(limit)
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        if size > _PATIENCE * limit:
            raise _too_large(limit, {"Connection": "close"})


async def read_pictures(request: Request, settings: ServerSettings) -> Body:
    """The pictures of a request and the fields that go with them: of a form, or one picture that is the whole body.

    Raises:
        Problem: as ``read_bytes``; or another content type, a form that cannot be read, no picture or too many.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding is not taken here. Send pictures as they are in files."
        )
    declared = request.headers.get("content-type", "")
    kind = declared.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        content = await read_bytes(request, settings)
        body = Body([])
        read_form(content, declared, partial(_add, body, settings.max_pictures))
    elif kind.startswith("image/") or kind == "application/octet-stream":
        content = await read_bytes(request, settings)
        body = Body([Upload(None, content)] if content else [])
    else:
        given = (
            f"The content type {declared!r} is not taken here." if declared else "The request names no content type."
        )
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"{given} Send a picture as image/jpeg, image/png or "
            "application/octet-stream, or several as multipart/form-data in fields named 'picture'.",
        )
    if not body.uploads:
        raise Problem(HTTPStatus.BAD_REQUEST, "The request holds no picture. Send one, or fields named 'picture'.")
    return body


class Gone(Problem):
    """A client that went away; nobody reads the answer."""

    def __init__(self) -> None:
        super().__init__(499, "The client went away before it was answered.")


def _add(body: Body, max_pictures: int, part: Part) -> None:
    """Let a body hold a field of its form, too."""
    if part.name == "picture":
        _check_file(part)
        if len(body.uploads) == max_pictures:
            raise Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"The request holds more than {max_pictures} pictures, the server's limit. Send them in several "
                "requests.",
            )
        body.uploads.append(Upload(part.file_name, part.content))
    elif part.file_name is not None:
        raise Problem(
            HTTPStatus.BAD_REQUEST, f"The field {part.name!r} holds a file. Pictures go in the field 'picture'."
        )
    elif part.name in body.fields:
        raise Problem(HTTPStatus.BAD_REQUEST, f"The field {part.name!r} stands twice in the form. Send it once.")
    elif len(body.fields) == _FIELDS:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"The form holds more than {_FIELDS} fields beside its pictures. Leave out those that are not known here.",
        )
    else:
        body.fields[part.name] = _text(part.name, part.content)


def _check_file(part: Part) -> None:
    """Refuse the path of a picture, which curl sends where its @ was forgotten."""
    if part.file_name is None and len(part.content) <= _LONGEST and part.content.isascii():
        text = part.content.decode("ascii")
        if text.isprintable() and text:
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                f"The field 'picture' holds the text {text!r} and no file. With curl, write -F picture=@{text}.",
            )


def _text(name: str, content: bytes) -> str:
    if len(content) > _LONGEST:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"The field {name!r} of the form has {len(content):,} bytes; allowed are {_LONGEST:,}. Pictures go in the "
            "field 'picture'.",
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(HTTPStatus.BAD_REQUEST, f"The field {name!r} of the form is no UTF-8 text.") from None


def _too_large(limit: int, headers: dict[str, str] | None = None) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The request's body is larger than {limit:,} bytes, the server's limit. Make the pictures smaller, or send "
        "fewer at a time.",
        headers,
    )
