"""Which pictures a network is calibrated with, and which others judge the result."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from ...errors import ArgumentError, MissingFileError, listed, warn
from ...images import Picture, Preparation, find_pictures, read_resized
from ...storage import file_digests

Pictures: TypeAlias = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
"""A folder, with all pictures in it and below; or the paths of pictures and of folders."""

TO_CALIBRATE = 300
_TO_JUDGE = 1000


def divide(calibration: Pictures, held_out: Pictures | None = None) -> tuple[list[Path], list[Path]]:
    """Choose pictures to calibrate with and others to judge by, at random, the same each time.

    A picture that is there twice, as a copy or a link, counts once.

    Args:
        calibration: to choose from.
        held_out: to judge by, even where they are among the others. None holds out half of those, or more where they
            are many.

    Returns:
        At most 300 to calibrate with, at most 1000 to judge by; no content is in both.

    Raises:
        MissingFileError: a path with nothing there.
        ArgumentError: a folder without pictures, or too few to divide.
    """
    found = _by_content(calibration)
    if held_out is None:
        paths = list(found.values())
        middle = min(len(paths) // 2, TO_CALIBRATE)
        chosen, judges = paths[:middle], paths[middle:]
    else:
        kept_apart = _by_content(held_out)
        judges = list(kept_apart.values())
        chosen = [path for content, path in found.items() if content not in kept_apart]
    if not chosen:
        raise ArgumentError(
            f"Of {len(found)} pictures, none is left to calibrate with, since those to judge by must be others. Give "
            "100 or more, of the kind that the network will see."
        )
    return chosen[:TO_CALIBRATE], judges[:_TO_JUDGE]


def find(pictures: Pictures) -> list[Path]:
    """The picture files that are meant.

    Raises:
        MissingFileError: a path with nothing there.
        ArgumentError: a folder without pictures, or no path at all.
    """
    paths = [pictures] if isinstance(pictures, str | os.PathLike) else list(pictures)
    found = find_pictures(paths)
    for path in found:
        if path.is_dir():
            raise ArgumentError(f"There is no picture in the folder {path}. Name one with pictures of the right kind.")
        if not path.exists():
            raise MissingFileError(f"There is no picture {path} (looked for at {path.absolute()}). Check the path.")
    if not found:
        raise ArgumentError("No picture was named. Give a folder of pictures, or their paths.")
    return found


def read(paths: Sequence[Path], preparation: Preparation) -> list[Picture]:
    """Read pictures at the size of a network; what is no usable picture is left out, with a warning.

    Raises:
        ArgumentError: none of them is usable.
    """
    found = list(read_resized(paths, preparation.size, preparation.interpolation))
    usable = [picture for picture in found if isinstance(picture, np.ndarray)]
    problems = [problem for problem in found if isinstance(problem, Exception)]
    if not usable:
        raise ArgumentError(f"None of {len(found)} files is a usable picture. The first: {problems[0]}")
    if problems:
        warn(f"{len(problems)} of {len(found)} files are no usable pictures and left out:\n{listed(problems)}")
    return usable


def _by_content(pictures: Pictures) -> dict[bytes | Path, Path]:
    """As many as can be of use, mixed, for a folder is read class by class; each by the hash of its content."""
    found = find(pictures)
    order = np.random.default_rng(0).permutation(len(found))[: TO_CALIBRATE + _TO_JUDGE]
    mixed = [found[number] for number in order]
    # What cannot be read has no hash; reading the pictures will say so.
    return {content or path: path for content, path in zip(file_digests(mixed), mixed, strict=True)}
