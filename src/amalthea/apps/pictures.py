"""What a command line says about the pictures that it was given."""

import re
from collections import Counter
from collections.abc import Sequence
from glob import has_magic
from pathlib import Path

import click


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
