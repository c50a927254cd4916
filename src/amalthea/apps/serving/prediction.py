"""``POST /v1/predict`` and ``GET /v1/models``: pictures in, names out."""

import json
import time
from functools import partial
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .answering import Answered, Manner, Question, answers
from .bodies import read_pictures
from .departure import unless_gone
from .explaining import explained
from .models import ServedModel
from .problems import Problem
from .state import Server, server_of
from .wishes import wishes_of


async def predict(request: Request) -> Response:
    """POST /v1/predict."""
    server = server_of(request)
    server.require_ready()
    server.workers.require_room()
    body = await read_pictures(request, server.settings)
    query = request.query_params.multi_items() if request.scope["query_string"] else ()
    wishes = wishes_of(query, body.fields, len(body.uploads), server.settings.explain)
    model = server.models.find(wishes.model)
    model.require_pictures()
    request.state.model = model.name
    started = time.perf_counter()
    manner = Manner(model, wishes.views, server.settings.max_pixels, server.workers.busy)
    question = Question(body.uploads, wishes.top, wishes.threshold, wishes.explain)
    if wishes.explain:
        future = explained(server.explainers, manner, question)
    else:
        alike = model.name, wishes.views
        future = server.workers.submit(alike, partial(answers, manner), question, len(body.uploads))
    answered: list[Answered] = await unless_gone(request, future)
    _count(server, model, answered)
    return _response(model, answered, time.perf_counter() - started)


async def models(request: Request) -> Response:
    """GET /v1/models."""
    server = server_of(request)
    return JSONResponse({"models": [described(model, server) for model in server.models]})


def routes() -> list[Route]:
    """Where programs and the page ask."""
    return [Route("/v1/predict", predict, methods=["POST"]), Route("/v1/models", models, methods=["GET"])]


def described(model: ServedModel, server: Server) -> dict[str, Any]:
    """A network, as the API tells of it.

    Args:
        model: of the server.
        server: that serves it.
    """
    predictor = model.predictor
    return {
        "name": model.name,
        "default": model is server.models.default,
        "source": model.source,
        "classes": len(predictor.classes),
        "size": list(predictor.preparation.size) if predictor.preparation else None,
        "variant": predictor.variant.name if predictor.variant else None,
        "precision": model.precision,
        "threshold": predictor.threshold,
        "pictures": model.takes_pictures,
    }


def _count(server: Server, model: ServedModel, answered: list[Answered]) -> None:
    broken = sum(each.prediction.error is not None for each in answered)
    server.metrics.pictures_of(model.name).inc(len(answered) - broken)
    if broken:
        server.metrics.unreadable.labels(model.name).inc(broken)
    if broken == len(answered):
        more = f" The other {broken - 1} cannot be used either." if broken > 1 else ""
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{answered[0].prediction.error}{more}")


def _response(model: ServedModel, answered: list[Answered], seconds: float) -> Response:
    content = {
        "model": model.name,
        "seconds": round(seconds, 6),
        "predictions": [_object(each) for each in answered],
    }
    return Response(json.dumps(content), media_type="application/json")


def _object(each: Answered) -> dict[str, Any]:
    prediction = each.prediction
    return {
        "picture": each.upload.name,
        "classes": [scored._asdict() for scored in prediction.classes],
        "answer": prediction.answer,
        "error": None if prediction.error is None else str(prediction.error),
        "explanation": each.explanation,
    }
