"""Many pictures from files, decoded and resized by threads while whoever asked for them works on those before."""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import IO, TypeAlias

import numpy as np
from PIL import Image

from ..errors import ArgumentError, ImageError, MissingFileError
from . import jpeg
from .ahead import ahead
from .decode import Picture, Source, identified, open_source, upright
from .resizing import both_sides, resampling, resized, resized_roughly

PictureOrError: TypeAlias = Picture | ImageError | MissingFileError

_AHEAD = 64  # pictures that are read before they are asked for: as many as a network is given at once


def read_resized(
    paths: Iterable[Source], size: int | Sequence[int], interpolation: str = "nearest", *, workers: int | None = None
) -> Iterator[PictureOrError]:
    """Read pictures and give all of them one size, some of them ahead of time.

    Memory is bounded whatever the number of pictures. A file is opened soon before its picture is yielded. Closing the
    iterator, or leaving it, ends the threads.

    Args:
        paths: picture files, or other sources of ``read_picture``.
        size: as for ``resize``.
        interpolation: as for ``resize``.
        workers: how many threads; None takes one for each processor.

    Returns:
        In the order of the paths, pictures of shape ``(*size, 3)``, RGB in [0, 255]; in the place of a file that is no
        usable picture, or not there, the error that says why.

    Raises:
        ArgumentError: a size below 1, an unknown interpolation, or no thread.

    Example:
        >>> [picture, problem] = read_resized(["elephant.jpg", "nowhere.jpg"], 224)
        >>> picture.shape
        (224, 224, 3)
        >>> type(problem).__name__
        'MissingFileError'
    """
    height_and_width = both_sides(size)
    resampling(interpolation)
    if workers is not None and workers < 1:
        raise ArgumentError(f"workers={workers}; at least one thread has to read the pictures.")
    read = partial(_read, size=height_and_width, interpolation=interpolation)
    return ahead(read, paths, workers or os.cpu_count() or 1, _AHEAD)


def read_at_size(
    source: Source, size: tuple[int, int], interpolation: str, decode: str = "exact", max_pixels: int | None = None
) -> Picture:
    """Read a picture and give it a size.

    Args:
        source: as for ``read_picture``.
        size: rows and columns in pixels.
        interpolation: as for ``resize``.
        decode: "exact", or "fast", which lets JPEG files be decoded at a reduced scale not below the size, and
            "bilinear" be done by OpenCV where it is installed.
        max_pixels: that it may have, where that is less than ``read_picture`` allows.

    Raises:
        ImageError: as ``read_picture``, or more pixels than that.
        MissingFileError: as ``read_picture``.
    """
    enough = size if decode == "fast" else None
    with open_source(source) as stream:
        decoded = jpeg.decoded(stream, enough, upright_only=True, max_pixels=max_pixels)
        picture = _by_pillow(stream, enough, max_pixels) if decoded is None else decoded
    rough = None
    if decode == "fast" and interpolation == "bilinear":
        rough = resized_roughly(np.asarray(picture), size)
    return resized(picture, size, interpolation) if rough is None else rough


def _by_pillow(stream: IO[bytes], at_least: tuple[int, int] | None, max_pixels: int | None) -> Image.Image:
    image = identified(stream)
    _check_size(image, max_pixels)
    return upright(image, at_least)


def _check_size(image: Image.Image, limit: int | None) -> None:
    pixels = image.width * image.height
    if limit is not None and pixels > limit:
        sides = f"{image.width} by {image.height}"
        raise ImageError(f"The picture has {pixels:,} pixels, {sides}; allowed are {limit:,}. Make it smaller.")


def check_decode(decode: str) -> None:
    """Refuse a way of decoding that is not known.

    Raises:
        ArgumentError: it is not.
    """
    if decode not in ("exact", "fast"):
        raise ArgumentError(f"decode={decode!r} is unknown; choose 'fast' or 'exact'.")


def _read(path: Source, size: tuple[int, int], interpolation: str) -> PictureOrError:
    try:
        return read_at_size(path, size, interpolation)
    except (ImageError, MissingFileError) as problem:
        return problem
