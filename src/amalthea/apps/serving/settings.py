"""What a server listens on, and how much it takes on."""

import os
from dataclasses import dataclass, field
from ipaddress import ip_address

from ...errors import ArgumentError
from ...images.decode import pixel_limit

WAITING = 8
"""Requests that may wait, for each that is computed."""

_PIXELS = 25_000_000  # of a picture


def processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def usual_pixels() -> int:
    """That a picture may have where nobody says more: 25 million, or fewer where ``AMALTHEA_MAX_PIXELS`` says so.

    Raises:
        ArgumentError: it is no whole number above 0.
    """
    return min(_PIXELS, pixel_limit() or _PIXELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where a server listens, whom it answers, and how much it takes on.

    Attributes:
        host: name or address to listen on; by default only programs of this machine reach it.
        port: 0 takes one that is free.
        hosts: further names by which clients may call it, such as that of a proxy in front of it; ``"*"``: any.
        api_key: what clients must send; None asks for nothing.
        max_body: bytes of a request's body, at most.
        max_pixels: of a picture, at most; no more than ``AMALTHEA_MAX_PIXELS`` allows the whole process.
        max_pictures: in a request, at most.
        max_bodies: bytes of the bodies of all requests at a time, at most; but one may always be there.
        concurrency: requests that are computed at a time.
        waiting: requests that may wait for that, at most; others are refused at once. By default 8 for each processor.
        timeout: seconds until a request must have arrived, and again until it must be answered.
        drain: seconds that accepted requests are given when the server is asked to end.
        explain: whether answers are explained to those who wish it.

    Raises:
        ArgumentError: a number that is too small, more pixels than can be read, or an API key that no header can hold.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    hosts: tuple[str, ...] = ()
    api_key: str | None = field(default=None, repr=False)
    max_body: int = 20 * 2**20
    max_pixels: int = field(default_factory=usual_pixels)
    max_pictures: int = 32
    max_bodies: int = 2**30
    concurrency: int = field(default_factory=processors)
    waiting: int = field(default_factory=lambda: WAITING * processors())
    timeout: float = 30.0
    drain: float = 30.0
    explain: bool = True

    def __post_init__(self) -> None:
        for name in ("max_body", "max_pixels", "max_pictures", "max_bodies", "concurrency"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name}={getattr(self, name)}; give a whole number above 0.")
        if (limit := pixel_limit()) is not None and self.max_pixels > limit:
            raise ArgumentError(
                f"--max-pixels {self.max_pixels}: this process reads pictures of at most {limit} pixels. Set the "
                f"environment variable AMALTHEA_MAX_PIXELS={self.max_pixels} as well, or allow {limit} at most."
            )
        if self.waiting < 0:
            raise ArgumentError(f"waiting={self.waiting}; give a whole number from 0 on.")
        for name in ("timeout", "drain"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ArgumentError(f"{name}={getattr(self, name)}; give seconds above 0.")
        key = self.api_key
        if key is not None and not (key.isascii() and key.isprintable() and key and key == key.strip()):
            raise ArgumentError(
                "The API key must be printable ASCII text of at least one character. No space may stand around it: "
                "headers cannot hold that."
            )

    @property
    def room(self) -> int:
        """Bytes for the bodies of all requests at a time: many processors are no reason to take all memory."""
        return max(self.max_body, min(self.max_bodies, self.max_body * (self.concurrency + self.waiting)))

    @property
    def explaining(self) -> int:
        """Requests whose answers are explained at a time, beside the others."""
        return max(1, self.concurrency // 2)

    @property
    def explaining_waiting(self) -> int:
        """Such requests that may wait for that, at most."""
        return self.waiting // 2

    @property
    def loopback(self) -> bool:
        """Whether only programs of this machine reach it."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    name = host.strip("[]").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
