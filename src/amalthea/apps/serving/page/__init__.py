"""The page of ``amalthea serve``: plain HTML, a small script and a stylesheet, which ask nobody but this server."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.routing import Route

__all__ = ["routes"]


def routes() -> "list[Route]":
    """``GET /`` and the files that it names, below ``/page/``."""
    from starlette.routing import Route

    from .delivery import deliver_file, deliver_page

    return [
        Route("/", deliver_page, methods=["GET"], name="page"),
        Route("/page/{name:path}", deliver_file, methods=["GET"], name="page file"),
    ]
