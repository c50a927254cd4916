"""Whoever asks must show the key, where there is one."""

from hmac import compare_digest
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from .problems import Problem

_OPEN = ("/page/", "/v2/health/")  # what these begin with tells nothing and computes nothing


class Keys:
    """Middleware that refuses requests without the API key. The page's own files and the health are open.

    Args:
        app: that answers the others.
        key: the API key; None asks for none.
    """

    def __init__(self, app: ASGIApp, key: str | None) -> None:
        self._app, self._key = app, key and key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it.

        Raises:
            Problem: the key is missing or wrong.
        """
        if self._key and scope["type"] == "http" and not _is_open(scope["path"]):
            given = _given(dict(scope["headers"]))
            if given is None or not compare_digest(given, self._key):
                wrong = (
                    "This server asks for an API key" if given is None else "The API key is not the one of this server"
                )
                raise Problem(
                    HTTPStatus.UNAUTHORIZED,
                    f"{wrong}. Send it in a header: 'Authorization: Bearer KEY' or 'X-API-Key: KEY'.",
                    {"WWW-Authenticate": "Bearer"},
                )
        await self._app(scope, receive, send)


def _is_open(path: str) -> bool:
    return path == "/" or path.startswith(_OPEN)


def _given(headers: dict[bytes, bytes]) -> bytes | None:
    if (key := headers.get(b"x-api-key")) is not None:
        return key.strip()
    scheme, _, key = headers.get(b"authorization", b"").strip().partition(b" ")
    return key.strip() if scheme.lower() == b"bearer" else None
