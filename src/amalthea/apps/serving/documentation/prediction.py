"""``/v1``, as the document of all addresses describes it."""

from ..settings import ServerSettings
from ..state import Server
from ..wishes import MOST_CLASSES, MOST_EXPLAINED, MOST_VIEWS
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

_PROBABILITY: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_FRACTION: Schema = {**_PROBABILITY, "description": "Of the picture's height or width."}
_PIXELS: Schema = {"type": "integer", "minimum": 1}


def schemas() -> dict[str, Schema]:
    """The objects of ``/v1``."""
    peak = object_of({"row": _FRACTION, "column": _FRACTION})
    explanation = object_of(
        {
            "class": STRING,
            "probability": _PROBABILITY,
            "method": STRING,
            "layer": {"type": ["string", "null"]},
            "peak": {
                "anyOf": [peak, {"type": "null"}],
                "description": "Where it looked most, from the upper left corner.",
            },
            "map": {**STRING, "description": "The picture under the map, as a data: URI."},
        }
    )
    named = object_of({"wordnet_id": STRING, "name": STRING, "probability": _PROBABILITY})
    predicted = object_of(
        {
            "picture": {"type": ["string", "null"], "description": "Its file's name, where the client gave one."},
            "classes": array(named),
            "answer": {"type": ["string", "null"], "description": "null: none of these."},
            "error": {"type": ["string", "null"], "description": "Why it is no usable picture."},
            "explanation": {"anyOf": [explanation, {"type": "null"}]},
        }
    )
    return {
        "PredictedPicture": predicted,
        "Predictions": object_of(
            {
                "model": STRING,
                "seconds": {"type": "number", "minimum": 0},
                "predictions": array(reference("PredictedPicture")),
            }
        ),
        "ServedModel": object_of(
            {
                "name": STRING,
                "default": BOOLEAN,
                "source": STRING,
                "classes": {"type": "integer", "minimum": 0},
                "size": {"anyOf": [array(_PIXELS, minItems=2, maxItems=2), {"type": "null"}]},
                "variant": {"type": ["string", "null"]},
                "precision": STRING,
                "threshold": {"anyOf": [_PROBABILITY, {"type": "null"}]},
                "pictures": {**BOOLEAN, "description": "Whether it takes pictures; else arrays alone."},
            }
        ),
    }


def paths(server: Server, problems: Problems) -> dict[str, dict[str, Operation]]:
    """The addresses below ``/v1`` and what can be done there."""
    options = _options(server)
    binary: Schema = {"type": "string", "format": "binary"}
    form = object_of({"picture": array(binary, minItems=1, maxItems=server.settings.max_pictures), **options})
    form["required"] = ["picture"]
    predict = operation(
        "predict",
        "What is on these pictures?",
        answered("One entry a picture, in their order", reference("Predictions")),
        problems.of(400, 404, 408, 413, 415, 422, 501, 503, 504),
        tags=["Pictures"],
        description=_limits(server.settings),
        parameters=[parameter(name, schema, schema["description"]) for name, schema in options.items()],
        requestBody={
            "required": True,
            "content": {
                "multipart/form-data": {"schema": form},
                "image/*": {"schema": binary},
                "application/octet-stream": {"schema": binary},
            },
        },
    )
    models = operation(
        "list_models",
        "The models that are served",
        answered("One entry a model", object_of({"models": array(reference("ServedModel"))})),
        problems.of(),
        tags=["Pictures"],
    )
    return {"/v1/predict": {"post": predict}, "/v1/models": {"get": models}}


def _options(server: Server) -> dict[str, Schema]:
    """What may be asked for, as fields of a form or in the address."""
    explain: Schema = {
        **BOOLEAN,
        "default": False,
        "description": f"Whether to draw what the network looked at; in {MOST_EXPLAINED} pictures at most, and no more "
        f"than {server.settings.explaining_waiting} requests wait for that.",
    }
    explaining = {"explain": explain} if server.settings.explain else {}
    return {
        "model": {
            "enum": list(server.models.names),
            "default": server.models.default.name,
            "description": "Who answers.",
        },
        "top": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_CLASSES,
            "default": 5,
            "description": "How many classes for each picture.",
        },
        "threshold": {
            **_PROBABILITY,
            "description": "How probable the best class must be to be the answer.",
        },
        "views": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_VIEWS,
            "default": 1,
            "description": "Of each picture, whose answers are averaged.",
        },
        **explaining,
    }


def _limits(settings: ServerSettings) -> str:
    return (
        f"At most {settings.max_pictures} pictures, {settings.max_body} bytes, and {settings.max_pixels} pixels in "
        "each picture. Of several pictures, those that cannot be read are answered with an error of their own."
    )
