"""What happens in a server, counted for Prometheus."""

from collections.abc import Awaitable, Callable
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The figures of one server, in a registry of their own.

    Args:
        waiting: how many requests wait to be computed.
        ready: whether the server may be asked.

    Attributes:
        gather: adds those of the server's other processes; None: there is no other.
    """

    gather: Callable[[str], Awaitable[str]] | None = None

    def __init__(self, waiting: Callable[[], float], ready: Callable[[], float]) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        requests = Counter("amalthea_requests", "Requests answered.", ("route", "method", "status"), registry=registry)
        seconds = Histogram(
            "amalthea_request_seconds",
            "Seconds from the head of a request to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.in_flight = Gauge("amalthea_requests_in_flight", "Requests that are not answered yet.", registry=registry)
        self.connections = Gauge("amalthea_connections", "Connections that are open.", registry=registry)
        self.pictures = Counter("amalthea_pictures", "Pictures computed.", ("model",), registry=registry)
        self.unreadable = Counter(
            "amalthea_unreadable_pictures", "Uploads that are no usable picture.", ("model",), registry=registry
        )
        # Looking up a label takes longer than counting.
        self.requests_of, self.seconds_of = cache(requests.labels), cache(seconds.labels)
        self.pictures_of = cache(self.pictures.labels)
        self.refused = Counter(
            "amalthea_refused_requests",
            "Requests that were refused because too many waited, or took too long.",
            ("reason",),
            registry=registry,
        )
        for name, text, value in (
            ("amalthea_requests_waiting", "Requests that wait to be computed.", waiting),
            ("amalthea_ready", "1 when the self-test of the networks was passed.", ready),
        ):
            Gauge(name, text, registry=registry).set_function(value)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)

    async def text_of_all(self) -> bytes:
        """The same, of all processes of the server together."""
        own = self.text()
        return own if self.gather is None else (await self.gather(own.decode())).encode()


async def metrics(request: Request) -> Response:
    """GET /metrics."""
    from .state import server_of

    return Response(await server_of(request).metrics.text_of_all(), media_type=CONTENT_TYPE_LATEST)


def routes() -> list[Route]:
    """Where the figures are."""
    return [Route("/metrics", metrics, methods=["GET"])]
