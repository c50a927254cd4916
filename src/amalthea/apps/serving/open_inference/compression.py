"""Compressed bodies, as HTTP names them: gzip, and deflate, which is zlib's format."""

import zlib
from collections.abc import Mapping

from ..problems import Problem

_WINDOW = {"gzip": 31, "deflate": 15}  # zlib's numbers for the two formats
_LEAST = 1024  # bytes; shorter answers are sent as they are
_FAST = 1  # zlib's level: floats hardly become smaller with a higher one


def check_encoding(headers: Mapping[str, str]) -> None:
    """Refuse a body that could not be read, before it is.

    Raises:
        Problem: it is compressed in another way.
    """
    if _encoding(headers) not in ("", *_WINDOW):
        raise Problem(
            415,
            f"The encoding {headers['Content-Encoding']!r} is unknown; send the body as it is, or in one of "
            f"{', '.join(_WINDOW)}.",
            {"Accept-Encoding": ", ".join(_WINDOW)},
        )


def decompressed(body: bytes, headers: Mapping[str, str], limit: int) -> bytes:
    """The body of a request as it was before it was compressed.

    Args:
        body: as it was sent.
        headers: of the request; their encoding has been checked.
        limit: bytes that it may have; no more are ever produced.

    Raises:
        Problem: it becomes longer, is damaged, or something follows it.
    """
    encoding = _encoding(headers)
    if not encoding:
        return body
    reader = zlib.decompressobj(_WINDOW[encoding])
    try:
        content = reader.decompress(body, limit + 1)
    except zlib.error as problem:
        raise Problem(400, f"The body is no {encoding}: {problem}.") from problem
    if len(content) > limit:
        raise Problem(413, f"The decompressed body has more than {limit} bytes, which this server reads at most.")
    if not reader.eof or reader.unused_data:
        state = "is cut off" if not reader.eof else "is followed by something else"
        raise Problem(400, f"The {encoding} of the body {state}.")
    return content


def compressed(content: bytes, headers: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """An answer as its client may read it, and the headers that say so."""
    vary = {"Vary": "Accept-Encoding"}
    accepted = _accepted(headers.get("Accept-Encoding", ""))
    encoding = next((name for name in _WINDOW if name in accepted), None)
    if encoding is None or len(content) < _LEAST:
        return content, vary
    writer = zlib.compressobj(_FAST, wbits=_WINDOW[encoding])
    return writer.compress(content) + writer.flush(), {**vary, "Content-Encoding": encoding}


def _encoding(headers: Mapping[str, str]) -> str:
    name = headers.get("Content-Encoding", "").strip().lower()
    return "" if name == "identity" else name


def _accepted(header: str) -> set[str]:
    """The encodings in a header that have not the weight 0, which forbids them."""
    entries = [entry.partition(";") for entry in header.lower().split(",")]
    return {name.strip() for name, _, weight in entries if weight.replace(" ", "").rstrip("0.") != "q="}
