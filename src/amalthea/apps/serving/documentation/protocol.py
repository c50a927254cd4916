"""The Open Inference Protocol, as the document of all addresses describes it."""

from base64 import b64encode
from collections.abc import Iterable
from math import prod
from typing import Any

from ..models import ServedModel, ServedModels
from ..open_inference.answer import VERSION
from ..open_inference.binary import HEADER
from ..open_inference.datatypes import ALL, BYTES
from ..open_inference.declared import all_inputs_of, inputs_of, outputs_of, pictures_of
from ..open_inference.question import DIMENSIONS, VALUES
from ..state import Server
from .vocabulary import (
    BOOLEAN,
    STRING,
    Operation,
    Problems,
    Schema,
    answered,
    array,
    object_of,
    operation,
    parameter,
    reference,
)

_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
_ONE_PIXEL = b64encode(b"P3 1 1 255  200 120 40").decode()  # PPM, the picture format that can be read
_SMALL = 64  # numbers in an example, at most
_BINARY = (
    f"JSON of {HEADER} bytes, and behind it the data of the tensors that have a binary_data_size, in their order: "
    "little-endian, without gaps; each element of BYTES behind its length in 4 bytes."
)


def schemas(models: ServedModels) -> dict[str, Schema]:
    """The protocol's objects, in which tensors bear the names that those of the served models have."""
    declared = {"name": STRING, "datatype": {"enum": list(ALL)}, "shape": array({"type": "integer", "minimum": -1})}
    tensor = {
        "name": {"enum": _different(declared.name for model in models for declared in outputs_of(model.predictor))},
        "datatype": {"enum": list(ALL)},
        "shape": array(_COUNT, maxItems=DIMENSIONS),
        "parameters": reference("Parameters"),
        "data": array({"type": ["number", "boolean", "string", "array"]}),
    }
    given = {**tensor, "name": {"enum": _different(name for model in models for name in _input_names(model))}}
    output = {"name": tensor["name"], "parameters": reference("OutputParameters")}
    tensors = array(reference("DeclaredTensor"))
    return {
        "Parameters": {
            "type": "object",
            "description": "Those that this server does not know are ignored, as the protocol demands.",
            "properties": {"binary_data_size": _COUNT, "binary_data_output": BOOLEAN},
        },
        "OutputParameters": {
            "type": "object",
            "description": "'classification' asks for that many best classes as 'value:index:label'.",
            "properties": {"binary_data": BOOLEAN, "classification": _COUNT},
        },
        "DeclaredTensor": object_of(declared),
        "GivenTensor": object_of(given, optional=("parameters",)),
        "Tensor": object_of(tensor, optional=("parameters", "data")),
        "WantedOutput": object_of(output, optional=("parameters",)),
        "InferenceRequest": object_of(
            {
                "id": STRING,
                "parameters": reference("Parameters"),
                "inputs": array(reference("GivenTensor"), minItems=1),
                "outputs": array(reference("WantedOutput")),
            },
            optional=("id", "parameters", "outputs"),
        ),
        "InferenceAnswer": object_of(
            {"model_name": STRING, "model_version": STRING, "id": STRING, "outputs": array(reference("Tensor"))},
            optional=("id",),
        ),
        "ModelMetadata": object_of(
            {
                "name": STRING,
                "versions": array(STRING),
                "platform": STRING,
                "inputs": tensors,
                "outputs": tensors,
                "alternative_inputs": {
                    **tensors,
                    "description": "Each may be given in place of all inputs: files of pictures in place of arrays.",
                },
            }
        ),
    }


def paths(server: Server, problems: Problems) -> dict[str, dict[str, Operation]]:
    """The protocol's addresses and what can be done there."""
    return {**_of_server(problems), **_of_models(server, problems)}


def _of_server(problems: Problems) -> dict[str, dict[str, Operation]]:
    metadata = object_of({"name": STRING, "version": STRING, "extensions": array(STRING)})
    entry = object_of(
        {"name": STRING, "version": STRING, "state": {"enum": ["READY", "UNAVAILABLE"]}, "reason": STRING}
    )
    asked = object_of({"ready": BOOLEAN}, optional=("ready",))
    operations = {
        "/v2": operation("server_metadata", "The server", answered("Metadata", metadata), problems.of()),
        "/v2/health/live": operation(
            "server_live",
            "Does it hear?",
            answered("It does.", object_of({"live": BOOLEAN})),
            problems.of(key=False),
            security=[],
        ),
        "/v2/health/ready": operation(
            "server_ready",
            "May it be asked?",
            answered("All models have passed their self-test.", object_of({"live": BOOLEAN, "ready": BOOLEAN})),
            problems.of(503, key=False),
            security=[],
        ),
    }
    index = operation(
        "repository_index",
        "All models and their states",
        answered("One entry a model", array(entry)),
        problems.of(400, 408, 413),
        requestBody={"required": False, "content": {"application/json": {"schema": asked}}},
    )
    return {path: {"get": _tagged(one)} for path, one in operations.items()} | {
        "/v2/repository/index": {"post": _tagged(index)}
    }


def _of_models(server: Server, problems: Problems) -> dict[str, dict[str, Operation]]:
    metadata = answered("Its tensors", reference("ModelMetadata"))
    ready = answered("It may.", object_of({"name": STRING, "ready": BOOLEAN}))
    configured = answered("As Triton writes it", {"type": "object"})
    name = parameter("name", {"enum": list(server.models.names)}, "One of the models that are served.", "path")
    name["example"] = server.models.default.name
    number = parameter("version", {"enum": [VERSION]}, "There is one of each model.", "path")
    found: dict[str, dict[str, Operation]] = {}
    for version, suffix, parameters in (("", "", [name]), ("/versions/{version}", "_of_version", [name, number])):
        path = f"/v2/models/{{name}}{version}"
        members: dict[str, Any] = {"parameters": parameters}
        found |= {
            path: {"get": operation(f"model_metadata{suffix}", "A model", metadata, problems.of(404), **members)},
            f"{path}/ready": {
                "get": operation(f"model_ready{suffix}", "May it be asked?", ready, problems.of(404, 503), **members)
            },
            f"{path}/config": {
                "get": operation(f"model_config{suffix}", "Its setting", configured, problems.of(404), **members)
            },
            f"{path}/infer": {"post": _inference(f"infer{suffix}", parameters, server, problems)},
        }
    return {path: {method: _tagged(one) for method, one in item.items()} for path, item in found.items()}


def _inference(name: str, parameters: list[dict[str, object]], server: Server, problems: Problems) -> Operation:
    binary = {"description": _BINARY, "type": "string", "format": "binary"}
    example = _example(server.models.default)
    json_body = {"schema": reference("InferenceRequest")} | ({"example": example} if example else {})
    answer = answered("The outputs", reference("InferenceAnswer"))
    answer["content"]["application/octet-stream"] = {"schema": binary}
    answer["headers"] = {HEADER: {"description": "Where the JSON ends.", "schema": _COUNT}}
    header = parameter(
        HEADER, {"type": "integer", "minimum": 1}, "Where the JSON ends; of binary data alone.", "header"
    )
    return operation(
        name,
        "Tensors in, tensors out",
        answer,
        problems.of(400, 404, 408, 413, 415, 422, 503, 504),
        description=(
            f"At most {server.settings.max_pictures} pictures, which the first axis counts. The body may be compressed "
            f"with gzip or deflate; its JSON may hold {VALUES:,} values, beyond which numbers go as binary tensors."
        ),
        parameters=[*parameters, header],
        requestBody={
            "required": True,
            "content": {"application/json": json_body, "application/octet-stream": {"schema": binary}},
        },
    )


def _example(model: ServedModel) -> dict[str, object] | None:
    """A request that is answered; None where it would be long."""
    if pictures := pictures_of(model.predictor):
        inputs = [{"name": pictures.name, "datatype": BYTES, "shape": [1], "data": [_ONE_PIXEL]}]
    else:
        declared = inputs_of(model.predictor)
        shapes = [[max(size, 1) for size in tensor.shape] for tensor in declared]
        if any(prod(shape) > _SMALL for shape in shapes):
            return None
        inputs = [
            {"name": tensor.name, "datatype": tensor.datatype, "shape": shape, "data": [0] * prod(shape)}
            for tensor, shape in zip(declared, shapes, strict=True)
        ]
    return {"id": "1", "inputs": inputs}


def _input_names(model: ServedModel) -> list[str]:
    return [tensor.name for tensor in all_inputs_of(model.predictor)]


def _different(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _tagged(one: Operation) -> Operation:
    return {"tags": ["Open Inference Protocol"], **one}
