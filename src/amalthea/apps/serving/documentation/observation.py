"""The page, the metrics and the document itself, as the document of all addresses describes them."""

from .vocabulary import STRING, Operation, Problems, answered, operation, parameter

_OF_THE_PAGE = ("text/css", "text/javascript", "application/json", "image/svg+xml", "image/jpeg")


def paths(problems: Problems) -> dict[str, dict[str, Operation]]:
    """What people, their browsers and their monitors ask for."""
    file = {"description": "The file", "content": {kind: {"schema": {}} for kind in _OF_THE_PAGE}}
    unchanged = {"304": {"description": "The browser has it already."}}
    described = {
        "/": operation(
            "page",
            "The page that takes pictures in a browser",
            answered("The page", STRING, "text/html"),
            {**problems.of(key=False), **unchanged},
            parameters=[parameter("lang", STRING, "Its language, en or zh; without it, or for others, the browser's.")],
            security=[],
        ),
        "/page/{name}": operation(
            "page_file",
            "A file that the page names",
            file,
            {**problems.of(404, key=False), **unchanged},
            parameters=[parameter("name", STRING, "Below /page/.", "path") | {"example": "page.css"}],
            security=[],
        ),
        "/metrics": operation(
            "metrics",
            "What happened so far, for Prometheus",
            answered("Its text format", STRING, "text/plain"),
            problems.of(),
        ),
        "/openapi.json": operation(
            "openapi",
            "This document",
            answered("OpenAPI 3.1", {"type": "object"}),
            problems.of(),
        ),
    }
    return {path: {"get": {"tags": ["Observation"], **one}} for path, one in described.items()}
