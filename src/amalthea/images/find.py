"""Which files of a list of files, folders and patterns are pictures."""

import os
from collections.abc import Iterable
from glob import glob, has_magic
from pathlib import Path

from ..errors import MissingFileError

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
        paths: each is a file, taken whatever its name, and whether it exists or not, which is said when it is read,
            so that the others are read all the same; or a folder, which stands for the pictures in it and below,
            sorted, recognised by suffix, hidden ones left out; or a pattern such as ``"*.jpg"`` or ``"pets/**/*.png"``
            that the shell did not resolve, sorted. A file that is found twice is listed once.

    Raises:
        MissingFileError: a folder holds no picture, or no file matches a pattern; the message names it.
    """
    return list(dict.fromkeys(picture for path in paths for picture in _expand(os.fspath(path))))


def _expand(path: str) -> list[Path]:
    if os.path.isdir(path):
        return _within(Path(path))
    if os.path.exists(path) or not has_magic(path):
        return [Path(path)]
    matches = sorted(Path(match) for match in glob(path, recursive=True))
    if not matches:
        raise MissingFileError(f"No file matches the pattern {path!r} (looked for in {os.getcwd()}).")
    return [picture for match in matches for picture in (_within(match) if match.is_dir() else [match])]


def _within(folder: Path) -> list[Path]:
    pictures = sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in _SUFFIXES and file.is_file() and not _hidden(file.relative_to(folder))
    )
    if not pictures:
        suffixes = ", ".join(_SUFFIXES)
        raise MissingFileError(f"The folder {str(folder)!r} holds no picture; looked for files that end in {suffixes}.")
    return pictures


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
