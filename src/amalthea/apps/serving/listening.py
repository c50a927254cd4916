"""Where a server hears its clients."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from math import inf

from ...errors import ArgumentError
from .settings import ServerSettings

BACKLOG = 2048
"""Connections that may wait to be accepted."""

_EVERYWHERE = {"0.0.0.0": "192.0.2.1", "::": "2001:db8::1"}  # and an address far away, which nobody has


@contextmanager
def listening(settings: ServerSettings) -> Iterator[socket.socket]:
    """A socket that listens where the settings say.

    Raises:
        ArgumentError: nobody can listen there.
    """
    try:
        [family, _, _, _, place], *_ = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        listener = socket.create_server(place, family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as problem:
        raise ArgumentError(
            f"--host {settings.host} --port {settings.port} cannot be listened on: {_reason(problem)}. Name another "
            "port, or 0 for any that is free, and as --host an address of this machine."
        ) from problem
    with listener:
        yield listener


def _reason(problem: Exception) -> str:
    """What the system says, without what Python adds."""
    known = isinstance(problem, OSError) and not isinstance(problem, socket.gaierror) and problem.errno
    return os.strerror(known) if known else str(getattr(problem, "strerror", None) or problem)


def address(settings: ServerSettings, listener: socket.socket) -> str:
    """Where clients find a server.

    Args:
        settings: of the server.
        listener: its socket, which knows the port.
    """
    return _address(settings.host, listener)


def announcement(settings: ServerSettings, listener: socket.socket) -> str:
    """What is said as soon as a server can be asked: its address and, where that is every one, how others reach it.

    Args:
        settings: of the server.
        listener: its socket, which knows the port.
    """
    said = f"Amalthea serves on {address(settings, listener)}"
    if outward := _outward(settings.host):
        said += f"\nOthers on the network reach it on {_address(outward, listener)}"
    return said


def _address(host: str, listener: socket.socket) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"


def _outward(host: str) -> str | None:
    """This machine's address in the network, where a host means every address, and there is a network."""
    if host not in _EVERYWHERE:
        return None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asked:
        asked.connect((_EVERYWHERE[host], 9))  # of UDP: it chooses the way there, and sends nothing
        found = str(asked.getsockname()[0])
        if not (ip_address(found).is_loopback or ip_address(found).is_unspecified):
            return found
    return None


def allow_many_connections() -> float:
    """Ask the system for as many open files as it allows; each connection is one.

    Returns:
        How many may be open; infinity where there is no limit.
    """
    try:
        import resource
    except ImportError:  # only Unix counts them
        return inf
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):  # then as many as before
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return inf if soft == resource.RLIM_INFINITY else soft
