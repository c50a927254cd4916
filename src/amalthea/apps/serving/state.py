"""What all answers of a server share."""

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from .bodies import Room
from .metrics import Metrics
from .models import ServedModels
from .problems import Starting
from .settings import ServerSettings
from .work import Workers


class Readiness:
    """Whether the self-test of the networks was passed, and the server is not about to end."""

    def __init__(self) -> None:
        self.ready = False
        self.failure: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server, for those who answer.

    Attributes:
        settings: its limits.
        models: that it serves.
        workers: compute, beside the loop that hears requests.
        explainers: do so for answers that are explained, which take so long that the others would wait for them.
        metrics: what happens, counted.
        readiness: whether it may be asked.
        room: for the bodies of requests.
    """

    settings: ServerSettings
    models: ServedModels
    workers: Workers
    explainers: Workers
    metrics: Metrics
    readiness: Readiness
    room: Room

    @property
    def ready(self) -> bool:
        """Whether it may be asked: the self-test was passed, and it is not about to end."""
        return self.readiness.ready

    def require_ready(self) -> None:
        """Refuse a question that comes too early.

        Raises:
            Starting: the networks are still being tried.
        """
        if not self.readiness.ready:
            raise Starting


def server_of(request: Request) -> Server:
    """The server that was asked."""
    return cast(Server, request.app.state.server)
