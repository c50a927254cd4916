"""Which files of a list of files, folders and patterns are pictures."""

import os
from collections.abc import Iterable, Iterator, Sequence
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
# Pictures as well, of cameras and drawing programs; nothing here can read them.
_FOREIGN_SUFFIXES = (
    ".arw",
    ".cr2",
    ".cr3",
    ".dng",
    ".eps",
    ".heic",
    ".heif",
    ".jp2",
    ".jxl",
    ".nef",
    ".psd",
    ".raw",
    ".svg",
    ".tga",
)


def find_pictures(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The picture files that a command line names, in its order.

    Args:
        paths: each is a file, taken whatever its name; or a folder, which stands for the pictures in it and below,
            sorted, recognised by suffix, hidden ones left out; or a pattern such as ``"*.jpg"`` or ``"pets/**/*.png"``
            that the shell did not resolve, sorted.
            In folders, links are followed, but for those to a folder that they lie in.

    Returns:
        Each file once, however it is spelled. What stands for no picture (a file that is not there, a folder without
        any, a pattern without a match) remains as it is: whoever reads it is told why it cannot be read, and reads the
        others all the same.

    Example:
        >>> find_pictures(["*.jpg", "nowhere.png"])
        [...Path('elephant.jpg'), ...Path('nowhere.png')]
    """
    named = (match for path in paths for match in _matches(os.fspath(path)))
    return _each_once(picture for path in named for picture in _within(path, _SUFFIXES) or [path])


def skipped_pictures(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The pictures that ``find_pictures`` leaves out, because they are in a format that is not read here, such as HEIC.

    Args:
        paths: as for ``find_pictures``.

    Returns:
        Those in folders, recognised by suffix, each once.

    Example:
        >>> skipped_pictures(["elephant.jpg"])
        []
    """
    named = (match for path in paths for match in _matches(os.fspath(path)))
    return _each_once(picture for path in named for picture in _within(path, _FOREIGN_SUFFIXES))


def is_picture_name(name: str) -> bool:
    """Whether a file has a suffix by which ``find_pictures`` recognises a picture in a folder.

    Example:
        >>> is_picture_name("cat.JPG"), is_picture_name("cat.txt")
        (True, False)
    """
    return name.lower().endswith(_SUFFIXES)


def dangling_links(folder: Path) -> list[Path]:
    """The links in a folder and below that lead nowhere, sorted, hidden ones left out."""
    return sorted(path for path in _files(folder) if path.is_symlink() and not os.path.exists(path))


def files_of_other_names(folder: Path) -> list[Path]:
    """The files in a folder and below whose suffix is none of a picture, sorted, hidden ones left out."""
    known = {*_SUFFIXES, *_FOREIGN_SUFFIXES}
    return sorted(path for path in _files(folder) if path.suffix.lower() not in known and os.path.isfile(path))


def _each_once(paths: Iterable[Path]) -> list[Path]:
    """By the first of its spellings."""
    first: dict[str, Path] = {}
    for path in paths:
        first.setdefault(os.path.abspath(path), path)
    return list(first.values())


def _matches(path: str) -> list[Path]:
    is_pattern = has_magic(path) and not os.path.exists(path)
    matches = sorted(Path(match) for match in glob(path, recursive=True)) if is_pattern else []
    return matches or [Path(path)]


def _within(path: Path, suffixes: Sequence[str]) -> list[Path]:
    """The files with such a suffix in a folder; none in a file."""
    files = _files(path) if os.path.isdir(path) else ()
    return sorted(file for file in files if file.suffix.lower() in suffixes and os.path.isfile(file))


def _files(folder: Path) -> Iterator[Path]:
    """What is no folder in a folder and below, hidden left out; links are followed until they come round."""
    waiting = [(folder, frozenset[str]())]
    while waiting:
        place, above = waiting.pop()
        here = above | {os.path.realpath(place)}
        if here == above:
            continue
        _, folders, files = next(os.walk(place), ("", [], []))
        waiting += [(place / name, here) for name in folders if not name.startswith(".")]
        yield from (place / name for name in files if not name.startswith("."))
