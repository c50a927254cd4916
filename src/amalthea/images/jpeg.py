"""JPEG files decoded without Pillow: the same pixels in four fifths of the time."""

import os
from functools import cache
from io import BytesIO
from threading import local
from typing import IO, Any

import numpy as np
from PIL import Image

from .decode import Picture, pixel_limit, stands_upright

# How segments of a JPEG file begin: the whole of it, its pixels, and what EXIF and XMP say of it.
_START, _SCAN, _DESCRIPTION = b"\xff\xd8", b"\xff\xda", b"\xff\xe1"

# Bytes that each thread keeps for the next picture, because the system would give them anew each time, which takes a
# tenth of the time. Python keeps fewer by itself; more are too many to hold on to.
_KEPT = range(2**25, 2**26)
_memory = local()


def decoded(
    stream: IO[bytes],
    at_least: tuple[int, int] | None = None,
    upright_only: bool = False,
    max_pixels: int | None = None,
) -> Picture | None:
    """The pixels of a JPEG file in colour, if nothing about it is out of the ordinary.

    Args:
        stream: the file; it is read from its start.
        at_least: rows and columns that are enough: the file is then decoded at a half, a quarter or an eighth of its
            size if that is not smaller. None decodes all pixels.
        upright_only: leave to Pillow what may have to be turned.
        max_pixels: that it may have, where that is less than ``pixel_limit``.

    Returns:
        Shape (height, width, 3), RGB in [0, 255], not turned upright; all pixels are equal to Pillow's unless
        ``at_least`` is given. Those of a large picture stay until the thread decodes the next one. None leaves the
        picture to Pillow: it is something else, too large, or damaged, so that Pillow knows best what to say, or
        simplejpeg is not installed.
    """
    simplejpeg = _simplejpeg()
    content = None if simplejpeg is None else _content(stream)
    if content is None or (upright_only and not _is_upright(content)):
        return None
    rows, columns = at_least or (0, 0)  # nothing is enough: all pixels
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(content)
        allowed = [limit for limit in (pixel_limit(), max_pixels) if limit is not None]
        if colours not in ("YCbCr", "RGB") or (allowed and height * width > min(allowed)):
            return None
        room = _room(height * width * 3)
        picture: Picture = simplejpeg.decode_jpeg(
            content,
            "RGB",
            min_height=rows,
            min_width=columns,
            min_factor=2,  # other eighths would be sharper than what smoothing makes of all pixels
            buffer=room,
        )
    except ValueError:  # also where the file only bends the rules
        return None
    return picture


def _content(stream: IO[bytes]) -> bytes | None:
    """All bytes of what begins like a JPEG file; of what cannot be read twice, none."""
    try:
        stream.seek(0)
        if stream.read(len(_START)) != _START:
            return None
        stream.seek(0, os.SEEK_END)  # what is buffered is forgotten: everything would be copied to join it
        stream.seek(0)
    except (AttributeError, OSError):
        return None
    return stream.read()


def _is_upright(content: bytes) -> bool:
    """Whether it surely need not be turned. Most files say nothing of it, which is seen without Pillow."""
    place = len(_START)
    while content[place : place + 1] == b"\xff" and content[place : place + 2] not in (_SCAN, _DESCRIPTION):
        place += 2 + int.from_bytes(content[place + 2 : place + 4])
    if content[place : place + 2] == _SCAN:
        return True
    try:
        return stands_upright(Image.open(BytesIO(content), formats=("JPEG",)))
    except Exception:  # of many types, on damaged files
        return False


def _room(size: int) -> Picture | None:
    """Memory for a picture of so many bytes that the thread keeps, or None."""
    if size not in _KEPT:
        return None
    if getattr(_memory, "room", None) is None or _memory.room.size < size:
        _memory.room = np.empty(size, np.uint8)
    room: Picture = _memory.room
    return room


@cache
def _simplejpeg() -> Any:
    """The package, or None. Asked for once, because Python looks anew for a module that is missing, in every folder."""
    try:
        import simplejpeg
    except ImportError:
        return None
    return simplejpeg
