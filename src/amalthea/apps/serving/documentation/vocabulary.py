"""The words that descriptions of operations are made of, in OpenAPI 3.1."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias

from ..settings import ServerSettings

Schema: TypeAlias = dict[str, Any]
Operation: TypeAlias = dict[str, Any]

STRING: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
ERROR: Schema = {
    "type": "object",
    "description": "What went wrong, as a sentence: what was given, what is allowed, what to do next.",
    "required": ["error"],
    "properties": {"error": STRING},
}


def reference(name: str) -> Schema:
    """A schema that stands among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Schema, **limits: object) -> Schema:
    """A list."""
    return {"type": "array", "items": items, **limits}


def object_of(properties: Mapping[str, Schema], optional: Sequence[str] = ()) -> Schema:
    """An object of which all members but the optional ones are always there."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties)} | ({"required": required} if required else {})


def parameter(name: str, schema: Schema, description: str, place: str = "query") -> dict[str, object]:
    """A parameter; those of the path must be given."""
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": description,
        "schema": schema,
    }


def operation(
    name: str,
    summary: str,
    answer: Mapping[str, Any],
    problems: Mapping[str, Any],
    **members: object,
) -> Operation:
    """What can be done at an address.

    Args:
        name: that no other operation has, for programs that are generated.
        summary: one line.
        answer: of the status 200.
        problems: the other answers, from ``Problems``.
        members: further ones of the operation.
    """
    return {"operationId": name, "summary": summary, **members, "responses": {"200": dict(answer), **problems}}


def answered(description: str, schema: Schema, kind: str = "application/json") -> dict[str, Any]:
    """An answer with a body of one type."""
    return {"description": description, "content": {kind: {"schema": schema}}}


class Problems:
    """The answers of a server to requests that it does not fulfil.

    Args:
        settings: the limits that they tell of.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._key = [HTTPStatus.UNAUTHORIZED] * (settings.api_key is not None)
        self._reasons = {
            HTTPStatus.BAD_REQUEST: "The request is malformed; the sentence says where.",
            HTTPStatus.UNAUTHORIZED: "The API key is missing or another one.",
            HTTPStatus.FORBIDDEN: "Another site's page asked, or the server was called by a name not its own.",
            HTTPStatus.NOT_FOUND: "There is no such model, version or file.",
            HTTPStatus.REQUEST_TIMEOUT: f"The body did not arrive within {settings.timeout:g} seconds.",
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
                f"More than {settings.max_body} bytes, {settings.max_pictures} pictures, or {settings.max_pixels} "
                "pixels in one of them."
            ),
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is of a type, or compressed in a way, that is not read here.",
            HTTPStatus.UNPROCESSABLE_ENTITY: "No picture can be decoded from what was sent.",
            HTTPStatus.NOT_IMPLEMENTED: "It needs a package that is not installed where the server runs.",
            HTTPStatus.SERVICE_UNAVAILABLE: (
                f"The models are still being tested, {settings.waiting} requests wait already, or the server is "
                "ending; the header Retry-After says when to ask again."
            ),
            HTTPStatus.GATEWAY_TIMEOUT: f"The answer took longer than {settings.timeout:g} seconds.",
        }

    def of(self, *statuses: int, key: bool = True) -> dict[str, Any]:
        """The answers with these statuses, and those that each address may give.

        Args:
            statuses: of HTTP.
            key: whether the address asks for the API key, where the server has one.
        """
        chosen = sorted({HTTPStatus.FORBIDDEN, *(self._key if key else ()), *map(HTTPStatus, statuses)})
        return {str(int(status)): answered(self._reasons[status], reference("Error")) for status in chosen}
