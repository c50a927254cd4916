"""Web pages of others, whose scripts run on this machine too, must not use the server."""

import socket
from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from .problems import Problem
from .settings import ServerSettings, is_loopback

_OWN = b"same-origin", b"none"  # what browsers say of the server's page, and of what somebody typed
_HEALTH = frozenset(["/v2/health/live", "/v2/health/ready"])
_METRICS = "/metrics"
_PORTS = {b"http": b":80", b"https": b":443"}  # which no browser names in an Origin, but some proxies in the Host


class Origins:
    """Middleware that refuses what a browser sends on behalf of another site.

    A page may send a form to any address, even where it cannot read the answer: so a foreign ``Origin`` is refused.
    Where a proxy does not hand on the name and port by which it was called, the Origin's name may also be one that the
    server was told. With what it only gets, browsers send none, but ``Sec-Fetch-Site``; of that, a link to the server's
    page is allowed.

    It may also let its own name lead to this machine (DNS rebinding): so the ``Host`` must be a name of this server, or
    an address, which cannot be made to lead elsewhere.

    Probes and scrapers use names that nobody told the server, such as those of a service in Kubernetes or of a
    container, and must not fail for that. So the health is told under any name: that a server is there, a page can find
    out without being answered. The figures name the models and tell when they are asked, which a page should not learn
    of a server that only its own machine reaches. So they are told under any name only where it does not have to: a key
    is asked for, which a page has not; or the server listens beyond the loopback, where whoever is in the network reads
    them anyhow, and where those names are needed. ``Origin`` and ``Sec-Fetch-Site`` are looked at in any case.

    Args:
        app: that answers the others.
        settings: of the server, which names it.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._names = _names(settings)
        self._told = frozenset(map(_plain, settings.hosts)) - {"*", ""}
        told_to_others = settings.api_key is not None or not settings.loopback
        self._nameless = _HEALTH | {_METRICS} if told_to_others else _HEALTH

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it.

        Raises:
            Problem: the request came from, or through the name of, another site.
        """
        if scope["type"] == "http":
            host = origin = site = None
            for name, value in scope["headers"]:
                if name == b"host":
                    host = value
                elif name == b"origin":
                    origin = value
                elif name == b"sec-fetch-site":
                    site = value
            if host is not None and not _is_ours(host, self._names) and scope["path"] not in self._nameless:
                raise _foreign_host(host.decode("latin-1"))
            if origin is not None and not _is_same(origin, host, self._told):
                raise _foreign_origin(
                    repr(origin.decode("latin-1")),
                    " If a proxy stands in front of it, let it hand on the Host header with its port, or name it: "
                    "amalthea serve --allowed-host NAME (docs/serving.md).",
                )
            if site is not None and site not in _OWN and not _leads_to_page(scope):
                raise _foreign_origin("another site")
        await self._app(scope, receive, send)


def _leads_to_page(scope: Scope) -> bool:
    """Whether somebody follows a link to the server's page."""
    return bool(scope["path"] == "/") and (b"sec-fetch-mode", b"navigate") in scope["headers"]


def _names(settings: ServerSettings) -> frozenset[str]:
    own = () if settings.loopback else (socket.gethostname(), socket.getfqdn())
    return frozenset(map(_plain, (*settings.hosts, settings.host, *own)))


def _plain(name: str) -> str:
    return name.lower().rstrip(".")


def _name_in(place: bytes) -> str:
    """The name in a name with a port.

    Raises:
        ValueError: there is none.
    """
    return _plain(urlsplit(f"//{place.decode('ascii')}").hostname or "")


@lru_cache(256)
def _is_ours(host: bytes, names: frozenset[str]) -> bool:
    try:
        name = _name_in(host)
    except ValueError:
        return False
    return "*" in names or name in names or is_loopback(name) or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_same(origin: bytes, host: bytes | None, told: frozenset[str]) -> bool:
    """Whether a page came from this server; the scheme may differ, for a proxy may speak TLS in front of it."""
    scheme, _, place = origin.partition(b"://")
    if scheme not in _PORTS or host is None:
        return False
    port = _PORTS[scheme]
    if place.lower().removesuffix(port) == host.lower().removesuffix(port):
        return True
    try:
        return _name_in(place) in told
    except ValueError:
        return False


def _foreign_host(host: str) -> Problem:
    return Problem(
        HTTPStatus.FORBIDDEN,
        f"This server is not called {host!r}. Whoever runs it can say that it is: amalthea serve --allowed-host NAME.",
    )


def _foreign_origin(origin: str, remedy: str = "") -> Problem:
    return Problem(
        HTTPStatus.FORBIDDEN,
        f"A web page of {origin} asked, and this server answers only its own page and programs, which send no "
        f"Origin header.{remedy}",
    )
