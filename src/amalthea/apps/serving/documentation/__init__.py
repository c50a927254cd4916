"""``GET /openapi.json``: all addresses of the server, generated from what the code knows."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .... import __version__
from ..state import Server, server_of
from . import observation, prediction, protocol
from .vocabulary import ERROR, Problems

__all__ = ["document", "routes"]


def routes() -> list[Route]:
    """The address of the document."""
    return [Route("/openapi.json", _openapi, methods=["GET"])]


def document(server: Server) -> dict[str, object]:
    """All addresses of a server in OpenAPI 3.1, with the limits and models of this one."""
    problems = Problems(server.settings)
    described: dict[str, object] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Amalthea",
            "version": __version__,
            "description": "Names what is on pictures, and computes the networks that do.",
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            **prediction.paths(server, problems),
            **protocol.paths(server, problems),
            **observation.paths(problems),
        },
        "components": {"schemas": {"Error": ERROR, **prediction.schemas(), **protocol.schemas(server.models)}},
    }
    return described | (_secured(described) if server.settings.api_key is not None else {})


def _secured(described: dict[str, object]) -> dict[str, object]:
    """The members that tell how to send the API key, either way."""
    components = described["components"]
    assert isinstance(components, dict)
    schemes = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    return {"components": {**components, "securitySchemes": schemes}, "security": [{name: []} for name in schemes]}


async def _openapi(request: Request) -> JSONResponse:
    return JSONResponse(document(server_of(request)))
