"""Which files of a list of files, folders and patterns are pictures."""

import os
from collections.abc import Iterable
from glob import glob, has_magic
from pathlib import Path

_SUFFIXES = (
    ".avif",
    ".bmp",
    ".gif",
    ".jfif",
    ".jpeg",
    ".jpg",
    ".pbm",
    ".pgm",
    ".png",
    ".ppm",
    ".tif",
    ".tiff",
    ".webp",
)


def find_pictures(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The picture files that a command line names, in its order.

    Args:
        paths: each is a file, taken whatever its name; or a folder, which stands for the pictures in it and below,
            sorted, recognised by suffix, hidden ones left out; or a pattern such as ``"*.jpg"`` or ``"pets/**/*.png"``
            that the shell did not resolve, sorted.

    Returns:
        Each file once. What stands for no picture (a file that is not there, a folder without any, a pattern without a
        match) remains as it is: whoever reads it is told why it cannot be read, and reads the others all the same.

    Example:
        >>> find_pictures(["*.jpg", "nowhere.png"])
        [...Path('elephant.jpg'), ...Path('nowhere.png')]
    """
    return list(dict.fromkeys(picture for path in paths for picture in _expand(os.fspath(path))))


def _expand(path: str) -> list[Path]:
    is_pattern = has_magic(path) and not os.path.exists(path)
    matches = sorted(Path(match) for match in glob(path, recursive=True)) if is_pattern else []
    return [picture for match in matches or [Path(path)] for picture in _within(match) or [match]]


def _within(path: Path) -> list[Path]:
    """The pictures in a folder; none in a file."""
    files = path.rglob("*") if os.path.isdir(path) else ()
    return sorted(
        file
        for file in files
        if file.suffix.lower() in _SUFFIXES and os.path.isfile(file) and not _hidden(file.relative_to(path))
    )


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
