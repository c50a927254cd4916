"""``POST /v2/models/{name}/infer``: tensors in, tensors out."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response

from ....errors import ArgumentError
from ....runtime import Predictor
from ..bodies import read_bytes
from ..departure import unless_gone
from ..models import ServedModel
from ..problems import Problem
from ..settings import ServerSettings
from ..state import server_of
from .answer import answer
from .asked_model import asked_model
from .binary import HEADER, divided
from .compression import check_encoding, compressed, decompressed
from .datatypes import BYTES
from .declared import DeclaredTensor, all_inputs_of, inputs_of, outputs_of, pictures_of
from .pictures import array_of_pictures
from .question import GivenTensor, Question, question_in, refuse
from .tensors import array_of, contents_of


async def infer(request: Request) -> Response:
    """Compute a model's outputs for the inputs in the request."""
    server = server_of(request)
    model = asked_model(request)
    request.state.model = model.name
    server.require_ready()
    server.workers.require_room()
    check_encoding(request.headers)
    body = await read_bytes(request, server.settings)
    # In the thread also what reads and writes the tensors, which for some takes longer than the network.
    work = server.workers.compute(_answered, model, body, request.headers, server.settings)
    try:
        found: _Answer = await unless_gone(request, asyncio.ensure_future(work))
    except Problem as problem:
        if problem.status == HTTPStatus.UNPROCESSABLE_ENTITY:  # the rest of its pictures was not looked at
            server.metrics.unreadable.labels(model.name).inc()
        raise
    server.metrics.pictures.labels(model.name).inc(found.pictures)
    kind = "application/octet-stream" if HEADER in found.headers else "application/json"
    return Response(found.content, media_type=kind, headers=found.headers)


class _Answer(NamedTuple):
    """The body and the headers of an answer, and how many pictures it is about."""

    content: bytes
    headers: dict[str, str]
    pictures: int


def _answered(model: ServedModel, body: bytes, headers: Mapping[str, str], settings: ServerSettings) -> _Answer:
    text, segments = divided(decompressed(body, headers, settings.max_body), headers)
    question = question_in(text, segments)
    wanted = _wanted(question, model)
    declared = {tensor.name: tensor for tensor in all_inputs_of(model.predictor)}
    for tensor in question.inputs:
        _check_pictures(tensor, declared.get(tensor.name), settings)
    given = _given(question, model, settings)
    found = _outputs(model.predictor, given)
    arrays = {output.name: found[number] for number, output in wanted}
    content, length = answer(question, model.name, arrays, model.predictor.classes)
    content, coded = compressed(content, headers)
    return _Answer(content, coded if length is None else {**coded, HEADER: str(length)}, len(given[0]))


def _wanted(question: Question, model: ServedModel) -> list[tuple[int, DeclaredTensor]]:
    """The outputs that are asked for and their numbers, in the order of the question."""
    declared = {output.name: (number, output) for number, output in enumerate(outputs_of(model.predictor))}
    for output in question.outputs:
        if output.name not in declared:
            refuse(f"{model.name} has no output {output.name!r}; it returns {', '.join(map(repr, declared))}.")
    return [declared[output.name] for output in question.outputs] or list(declared.values())


def _check_pictures(tensor: GivenTensor, declared: DeclaredTensor | None, settings: ServerSettings) -> None:
    if declared and declared.takes_one(tensor.shape):
        nested = isinstance(tensor.data, list) and any(isinstance(row, list) for row in tensor.data)
        more = ", and put the nested data into one more list" if nested else "; the data remain as they are"
        refuse(
            f"Input {tensor.name!r} of shape {list(tensor.shape)} lacks the first axis, which counts the pictures. "
            f"Send the shape {[1, *tensor.shape]}{more}."
        )
    if not tensor.shape:
        refuse(f"Input {tensor.name!r} is a single number; its first axis must count the pictures.")
    if tensor.shape[0] > settings.max_pictures:
        raise Problem(
            413,
            f"Input {tensor.name!r} of shape {list(tensor.shape)} holds {tensor.shape[0]} pictures; this server takes "
            f"{settings.max_pictures} a request. Send them in several.",
        )


def _given(question: Question, model: ServedModel, settings: ServerSettings) -> list[NDArray[Any]]:
    """The arrays that the request holds, in the order of the model's inputs."""
    predictor = model.predictor
    declared, pictures = inputs_of(predictor), pictures_of(predictor)
    given = {tensor.name: tensor for tensor in question.inputs}
    if pictures and given.keys() == {pictures.name} and given[pictures.name].datatype == BYTES:
        tensor = given[pictures.name]
        if len(tensor.shape) > 1 and tensor.size != tensor.shape[0]:
            refuse(f"Input {tensor.name!r} takes the shape [n] or [n, 1]; given was {list(tensor.shape)}.")
        return [array_of_pictures(contents_of(tensor), predictor, tensor.name, settings.max_pixels)]
    if given.keys() != {tensor.name for tensor in declared}:
        takes = ", ".join(f"{tensor.name!r} of type {tensor.datatype}" for tensor in declared)
        instead = f", or picture files as {pictures.name!r} of type BYTES" if pictures else ""
        refuse(f"{model.name} takes {takes}{instead}; given were {', '.join(map(repr, given))}.")
    for tensor in question.inputs:
        if tensor.datatype == BYTES:
            instead = f" Picture files are given as input {pictures.name!r}." if pictures else ""
            refuse(f"{model.name}: input {tensor.name!r} takes numbers, no BYTES.{instead}")
    return [array_of(given[tensor.name]) for tensor in declared]


def _outputs(predictor: Predictor, arrays: list[NDArray[Any]]) -> dict[int, NDArray[Any]]:
    """What a network returns, by the number of the output."""
    try:
        # Of a list of one it would have to guess whether that is a batch.
        found = predictor(arrays[0] if len(arrays) == 1 else arrays)
    except ArgumentError as problem:
        message = str(problem)
        for spec, declared in zip(predictor.runner.inputs, inputs_of(predictor), strict=True):
            message = message.replace(f"input {spec.name!r}", f"input {declared.name!r}")
        raise ArgumentError(message) from problem
    return dict(_numbered(predictor.outputs, found))


def _numbered(structure: Any, answers: Any) -> list[tuple[int, NDArray[Any]]]:
    """The arrays in a structure of outputs, with their numbers."""
    if isinstance(structure, dict):
        return [pair for name, part in structure.items() for pair in _numbered(part, answers[name])]
    if isinstance(structure, list | tuple):
        return [pair for part, found in zip(structure, answers, strict=True) for pair in _numbered(part, found)]
    return [(structure, np.asarray(answers))]
