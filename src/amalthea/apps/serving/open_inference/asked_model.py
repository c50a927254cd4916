"""Which model an address of the protocol means."""

from starlette.requests import Request

from ..models import ServedModel
from ..problems import Problem
from ..state import server_of
from .answer import VERSION


def asked_model(request: Request) -> ServedModel:
    """The model that the address names.

    Raises:
        UnknownModelError: it is not served.
        Problem: not in this version.
    """
    model = server_of(request).models.find(request.path_params["name"])
    version = request.path_params.get("version", VERSION)
    if version != VERSION:
        raise Problem(404, f"{model.name} has no version {version!r}; it is served in version {VERSION!r} alone.")
    return model
