"""The Open Inference Protocol, version 2: what clients of KServe and Triton speak.

Beside what the protocol demands it knows Triton's extensions for binary tensors, classifications, the model's
configuration and the index of the repository, and compressed bodies.
"""

from starlette.routing import Route

from .health import live, model_ready, ready, repository_index
from .inference import infer
from .metadata import model_configuration, model_metadata, server_metadata

__all__ = ["routes"]


def routes() -> list[Route]:
    """All paths of the protocol; those of a model come with and without its version."""
    of_models = [
        ("", model_metadata, "GET"),
        ("/ready", model_ready, "GET"),
        ("/config", model_configuration, "GET"),
        ("/infer", infer, "POST"),
    ]
    return [
        Route("/v2", server_metadata, methods=["GET"]),
        Route("/v2/health/live", live, methods=["GET"]),
        Route("/v2/health/ready", ready, methods=["GET"]),
        Route("/v2/repository/index", repository_index, methods=["POST"]),
        *(
            Route(f"/v2/models/{{name}}{version}{ending}", endpoint, methods=[method])
            for ending, endpoint, method in of_models
            for version in ("", "/versions/{version}")
        ),
    ]
