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
    return list(each_picture(paths))


def each_picture(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Path]:
    """As ``find_pictures``, one after the other: a single folder takes memory for one of its folders at a time.

    Args:
        paths: as there.
    """
    named = [match for path in paths for match in _matches(os.fspath(path))]
    if len(named) == 1:
        yield from _in_place_of(named[0])  # each once by itself
    else:
        yield from _each_once(picture for path in named for picture in _in_place_of(path))


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
    return list(_each_once(picture for path in named for picture in _within(path, _FOREIGN_SUFFIXES)))


def is_picture_name(name: str) -> bool:
    """Whether a file has a suffix by which ``find_pictures`` recognises a picture in a folder.

    Example:
        >>> is_picture_name("cat.JPG"), is_picture_name("cat.txt")
        (True, False)
    """
    return name.lower().endswith(_SUFFIXES)


def dangling_links(folder: Path) -> list[Path]:
    """The links in a folder and below that lead nowhere, sorted, hidden ones left out."""
    return [path for path in _files(folder) if path.is_symlink() and not os.path.exists(path)]


def files_of_other_names(folder: Path) -> list[Path]:
    """The files in a folder and below whose suffix is none of a picture, sorted, hidden ones left out."""
    known = {*_SUFFIXES, *_FOREIGN_SUFFIXES}
    return [path for path in _files(folder) if path.suffix.lower() not in known and os.path.isfile(path)]


def _each_once(paths: Iterable[Path]) -> Iterator[Path]:
    """By the first of its spellings."""
    seen = set()
    for path in paths:
        spelled = os.path.abspath(path)
        if spelled not in seen:
            seen.add(spelled)
            yield path


def _matches(path: str) -> list[Path]:
    is_pattern = has_magic(path) and not os.path.exists(path)
    matches = sorted(Path(match) for match in glob(path, recursive=True)) if is_pattern else []
    return matches or [Path(path)]


def _in_place_of(path: Path) -> Iterator[Path]:
    """The pictures in a folder, or whatever else it is."""
    found = False
    for picture in _within(path, _SUFFIXES):
        found = True
        yield picture
    if not found:
        yield path


def _within(path: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    """The files with such a suffix in a folder; none in a file."""
    files = _files(path) if os.path.isdir(path) else ()
    return (file for file in files if file.suffix.lower() in suffixes and os.path.isfile(file))


def _files(folder: Path, above: frozenset[str] = frozenset()) -> Iterator[Path]:
    """What is no folder in a folder and below, sorted, hidden left out; links are followed until they come round.

    Args:
        folder: in which to look.
        above: what the folders that it lies in really are.
    """
    here = above | {os.path.realpath(folder)}
    if here == above:
        return
    _, folders, files = next(os.walk(folder), ("", [], []))
    below, names = set(folders), [name for name in (*folders, *files) if not name.startswith(".")]
    names.sort(key=os.path.normcase, reverse=True)
    del folders, files
    while names:
        name = names.pop()  # so that its memory, and what paths keep of it, is free when the next one is made
        if name in below:
            yield from _files(folder / name, here)
        else:
            yield folder / name
