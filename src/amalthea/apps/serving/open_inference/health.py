"""Whether the server and its models may be asked."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..bodies import read_bytes
from ..problems import Problem
from ..state import server_of
from .answer import VERSION
from .asked_model import asked_model
from .question import parsed, refuse

_LONGEST = 1024  # bytes of a question about all models


async def live(_: Request) -> JSONResponse:
    """Whether the server hears requests at all."""
    return JSONResponse({"live": True})


async def ready(request: Request) -> JSONResponse:
    """Whether all models have passed their self-test."""
    server_of(request).require_ready()
    # The protocol's text calls the member of this answer "live", too; clients read the status.
    return JSONResponse({"live": True, "ready": True})


async def model_ready(request: Request) -> JSONResponse:
    """Whether a model may be asked."""
    model = asked_model(request)
    server_of(request).require_ready()
    return JSONResponse({"name": model.name, "ready": True})


async def repository_index(request: Request) -> JSONResponse:
    """All models with their state; with ``{"ready": true}`` in the body those that may be asked."""
    server = server_of(request)
    body = await read_bytes(request, server.settings)
    if len(body) > _LONGEST:
        raise Problem(
            413,
            f"The body has {len(body):,} bytes; allowed are {_LONGEST:,}. It need only say "
            'whether models that are "ready" are meant.',
        )
    asked = parsed(body) if body else {}
    if not isinstance(asked, dict) or not isinstance(asked.get("ready", False), bool):
        refuse('The body must be empty, or a JSON object in which "ready" is true or false.')
    state, reason = ("READY", "") if server.ready else ("UNAVAILABLE", "its self-test is not passed")
    names = server.models.names if server.ready or not asked.get("ready") else ()
    return JSONResponse([{"name": name, "version": VERSION, "state": state, "reason": reason} for name in names])
