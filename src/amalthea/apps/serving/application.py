"""The server as an ASGI application."""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from . import documentation, metrics, open_inference, page, prediction
from .bodies import Room
from .keys import Keys
from .metrics import Metrics
from .models import ServedModels
from .observation import Observation
from .origins import Origins
from .problems import answer_to
from .settings import ServerSettings
from .shortcut import Shortcut
from .state import Readiness, Server
from .work import Workers

_LOG = logging.getLogger(__name__)


def application(models: ServedModels, settings: ServerSettings) -> Starlette:
    """All that a server answers, as soon as its networks have passed their self-test, which begins when it starts.

    Args:
        models: that it serves.
        settings: its limits.

    Returns:
        An ASGI application, whose ``state.server`` is the ``Server``.
    """
    workers = Workers(settings.concurrency, settings.waiting, settings.timeout)
    explainers = Workers(settings.explaining, settings.explaining_waiting, settings.timeout, "explanations")
    readiness = Readiness()
    figures = Metrics(lambda: workers.waiting + explainers.waiting, lambda: readiness.ready)
    room = Room(settings.room)
    server = Server(
        settings=settings,
        models=models,
        workers=workers,
        explainers=explainers,
        metrics=figures,
        readiness=readiness,
        room=room,
    )
    routes = _routes()
    made = Starlette(
        routes=routes,
        middleware=[
            Middleware(Observation, server),
            Middleware(Origins, settings),
            Middleware(Keys, settings.api_key),
            Middleware(Shortcut, routes),
        ],
        exception_handlers={HTTPException: _refused},
        lifespan=_lifespan,
    )
    made.state.server = server
    made.router.redirect_slashes = False  # to an address that, behind a proxy with TLS, would be another
    return made


def _routes() -> list[BaseRoute]:
    parts = (prediction, open_inference, metrics, documentation, page)
    return [route for part in parts for route in part.routes()]


async def _refused(request: Request, error: Exception) -> Response:
    return answer_to(error)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    server: Server = app.state.server
    trial = asyncio.create_task(_try(server))
    try:
        yield
    finally:
        server.readiness.ready = False
        trial.cancel()
        server.workers.end()
        server.explainers.end()


async def _try(server: Server) -> None:
    """Let the networks pass their self-test; requests are refused until then."""
    thread = ThreadPoolExecutor(
        1, thread_name_prefix="amalthea-self-test"
    )  # the loop would wait for its own at the end
    try:
        await asyncio.get_running_loop().run_in_executor(thread, server.models.verify)
    except Exception as error:
        server.readiness.failure = error
        _LOG.error("%s", error)
    else:
        server.readiness.ready = True
        _LOG.info("ready: %s", ", ".join(server.models.names))
    finally:
        thread.shutdown(wait=False)
