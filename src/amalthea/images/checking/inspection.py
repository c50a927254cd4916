"""One picture, looked at."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import ImageError, MissingFileError
from ..decode import Picture, open_picture, orientation, read_picture
from .findings import Finding, Kind
from .fingerprints import Fingerprint

# By the names that Pillow gives to the formats; MPO is several JPEGs in one file, as many cameras write.
_SUFFIXES = {
    "AVIF": (".avif",),
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "JPEG": (".jpg", ".jpeg", ".jfif"),
    "MPO": (".jpg", ".jpeg", ".jfif"),
    "PNG": (".png",),
    "PPM": (".ppm", ".pgm", ".pbm"),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
}


class Inspection(NamedTuple):
    """What a picture is like.

    Attributes:
        findings: about it.
        fingerprint: 64 bits that hardly differ between pictures that look the same; None if there is none.
    """

    findings: tuple[Finding, ...]
    fingerprint: int | None = None

    @property
    def readable(self) -> bool:
        """Whether there are pixels at all."""
        return all(finding.kind != Kind.UNREADABLE for finding in self.findings)


def inspect(path: Path, smallest: int, fingerprint: Fingerprint | None) -> Inspection:
    """Read a picture whole, as whoever trains on it will, and say what is special about it.

    Args:
        path: of its file.
        smallest: pixels; with a shorter side it is tiny.
        fingerprint: of a picture; None takes none.
    """
    try:
        picture = read_picture(path)
        findings = tuple(_about_file(path)) + tuple(_about_pixels(path, picture, smallest))
    except (ImageError, MissingFileError) as problem:
        return Inspection((Finding(Kind.UNREADABLE, path, str(problem)),))
    return Inspection(findings, fingerprint(picture) if fingerprint else None)


def _about_file(path: Path) -> Iterator[Finding]:
    with open_picture(path) as image:
        if path.suffix.lower() not in _SUFFIXES.get(str(image.format), ()):
            yield Finding(Kind.MISNAMED, path, str(image.format))
        if image.mode == "CMYK":
            yield Finding(Kind.CMYK, path)
        if orientation(image) in range(2, 9):
            yield Finding(Kind.ROTATED, path)


def _about_pixels(path: Path, picture: Picture, smallest: int) -> Iterator[Finding]:
    height, width, _ = picture.shape
    if min(height, width) < smallest:
        yield Finding(Kind.TINY, path, f"{width} × {height} pixels")
    if np.array_equal(picture[..., 0], picture[..., 1]) and np.array_equal(picture[..., 0], picture[..., 2]):
        yield Finding(Kind.GREYSCALE, path)
