"""Pictures on the command line: what is said of those that were given, and one that comes with Amalthea."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from glob import has_magic
from pathlib import Path

import click

from .._progress import progress
from ..errors import ImageError, MissingFileError, listed

DEMO = Path(__file__).with_name("chelsea.jpg")
"""A cat."""


def reason(path: str, error: Exception) -> str:
    """Why what the user named is no picture, in words for somebody who may name folders and patterns as well.

    Args:
        path: as ``find_pictures`` left it.
        error: that reading it raised.
    """
    if address := re.match(r"(https?):/+(.*)", path):
        return f"{address[1]}://{address[2]} is an address. Fetch the picture, and give the path of its file."
    if Path(path).is_dir():
        return f"There is no picture in the folder {path}: no file in it has the suffix of one, such as .jpg or .png."
    if has_magic(path) and not Path(path).exists():
        return f"No file matches the pattern {path}."
    return str(error)


def tell_skipped(paths: Sequence[str]) -> None:
    """Say how many pictures of these folders nothing here can read."""
    from ..images import skipped_pictures

    suffixes = Counter(path.suffix.lower() for path in skipped_pictures(paths))
    if suffixes:
        counts = ", ".join(f"{count} {suffix}" for suffix, count in suffixes.most_common())
        click.echo(f"Skipped: {counts}. They cannot be read here; convert them to JPEG or PNG.", err=True)


def check_class_folder(folder: Path, instead: str = "") -> None:
    """Refuse what is no folder, before anything is imported that takes seconds.

    Args:
        folder: should have one sub-folder for each class.
        instead: what takes a single picture.

    Raises:
        MissingFileError: there is nothing.
    """
    if folder.is_file():
        layout = "needed is a folder that has one sub-folder with pictures for each class."
        raise click.ClickException(f"{folder} is a file; {layout} {instead}".rstrip())
    if not folder.is_dir():
        raise MissingFileError(f"There is no folder {folder} (looked for at {folder.absolute()}). Check the path.")


@contextmanager
def all_broken_named(paths: Sequence[Path]) -> Iterator[None]:
    """Where the block ends at one of these files because it is no usable picture, name all that are none."""
    try:
        yield
    except (ImageError, MissingFileError) as problem:
        broken = _broken(paths)
        if not broken:
            raise
        found = f"{len(broken)} of {len(paths)} pictures cannot be used:"
        raise click.ClickException(f"{found}\n{listed(broken)}\n--on-error skip leaves them out.") from problem


def _broken(paths: Sequence[Path]) -> list[str]:
    """Why each of these that is no usable picture is none."""
    from ..images import read_resized

    broken = []
    with progress("Looking for others that cannot be used", "pictures") as show:
        for number, (path, found) in enumerate(zip(paths, read_resized(paths, 1), strict=True)):
            if isinstance(found, Exception):
                broken.append(reason(str(path), found))
            show(number + 1, len(paths))
    return broken
