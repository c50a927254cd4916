"""Gives the page and its files to browsers, with headers that allow them nothing beyond this server."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..state import server_of
from .languages import filled, language_of

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}

# Nothing is inline, nothing comes from elsewhere, and no text is ever taken for HTML. Pictures are shown from the
# browser's memory (blob:), maps as the server wrote them into its answer (data:).
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",  # kept, but asked for again by ETag: a newer Amalthea has the same names
}


async def deliver_page(request: Request) -> Response:
    """The page in the language of the address (``?lang=zh``), else of the browser."""
    language = language_of(request.query_params.get("lang"), request.headers.get("Accept-Language", ""))
    html = filled((files(__package__) / "index.html").read_text("utf-8"), language)
    settings = server_of(request).settings
    html = html.replace("{max_body}", str(settings.max_body)).replace("{explain}", str(settings.explain).lower())
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return _answer(request, html.encode(), "text/html; charset=utf-8", headers)


async def deliver_file(request: Request) -> Response:
    """A file of the page; only those that it consists of, whatever the address says."""
    found = _page_files().get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return _answer(request, *found)


@cache
def _page_files() -> dict[str, tuple[bytes, str]]:
    """Content and type of each file by its name below ``/page/``."""
    folder = files(__package__)
    paths: list[tuple[str, Traversable]] = [(path.name, path) for path in folder.iterdir()]
    for name in ("script", "words"):
        paths += [(f"{name}/{path.name}", path) for path in (folder / name).iterdir()]
    known = ((name, path, _TYPES.get(f".{name.rpartition('.')[2]}")) for name, path in paths)
    found = {name: (path.read_bytes(), kind) for name, path, kind in known if kind}
    sample = files("amalthea.apps") / "chelsea.jpg"
    return {**found, "chelsea.jpg": (sample.read_bytes(), "image/jpeg")}


def _answer(request: Request, content: bytes, kind: str, headers: dict[str, str] | None = None) -> Response:
    """The content, or 304 where the browser has it already."""
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {**_HEADERS, **(headers or {}), "ETag": tag}
    asked = request.headers.get("If-None-Match", "")
    if tag in (each.strip().removeprefix("W/") for each in asked.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=kind)
