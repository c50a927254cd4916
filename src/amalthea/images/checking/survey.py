"""Pictures of a list, not of a folder: how large they are, which cannot be read, and which look the same."""

import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..._progress import progress
from ...errors import ImageError, MissingFileError
from ...storage import file_digests
from ..decode import read_picture
from .fingerprints import Fingerprint, fingerprinter, near_groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What pictures are like.

    Attributes:
        sizes: rows and columns of each in pixels; None of one that cannot be read.
        errors: by the place of a picture, why it cannot be read.
        alike: places of pictures that look the same, ascending in each group of two or more.
        by_looks: whether that means that they look so; else, without ImageHash, that their files are equal.
    """

    sizes: tuple[tuple[int, int] | None, ...]
    errors: dict[int, ImageError | MissingFileError]
    alike: tuple[tuple[int, ...], ...]
    by_looks: bool


def survey(paths: Sequence[Path]) -> Survey:
    """Look at pictures, by threads and in bounded memory; each is decoded whole.

    Args:
        paths: of their files.

    Example:
        >>> survey([Path("elephant.jpg"), Path("nowhere.jpg")]).sizes[1] is None
        True
    """
    fingerprint = fingerprinter()
    pool = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="amalthea-survey")
    looks: list[tuple[tuple[int, int], int | None] | ImageError | MissingFileError] = []
    try:
        with warnings.catch_warnings(), progress("Looking at pictures", "pictures") as show:
            warnings.simplefilter("ignore")  # Pillow's, about damaged files, which do not name them
            for look in pool.map(lambda path: _look(path, fingerprint), paths):
                looks.append(look)
                show(len(looks), len(paths))
    finally:
        pool.shutdown(cancel_futures=True)
    codes = [look[1] if isinstance(look, tuple) else None for look in looks]
    groups = near_groups(codes) if fingerprint else _equal_files(paths)
    return Survey(
        sizes=tuple(look[0] if isinstance(look, tuple) else None for look in looks),
        errors={place: look for place, look in enumerate(looks) if isinstance(look, Exception)},
        alike=tuple(map(tuple, groups)),
        by_looks=fingerprint is not None,
    )


def _look(
    path: Path, fingerprint: Fingerprint | None
) -> tuple[tuple[int, int], int | None] | ImageError | MissingFileError:
    """Its size and fingerprint."""
    try:
        picture = read_picture(path)
    except (ImageError, MissingFileError) as problem:
        return problem
    height, width, _ = picture.shape
    return (height, width), fingerprint(picture) if fingerprint else None


def _equal_files(paths: Sequence[Path]) -> list[list[int]]:
    groups: dict[bytes, list[int]] = {}
    for place, digest in enumerate(file_digests(list(paths))):
        if digest is not None:
            groups.setdefault(digest, []).append(place)
    return [group for group in groups.values() if len(group) > 1]
