"""Pictures from files and their contents, read in groups while a network computes those before."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from io import IOBase
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .._progress import Show, progress, shown_nowhere
from ..errors import ArgumentError

if TYPE_CHECKING:
    from ..images import Picture, PictureOrError, Preparation

FilePath: TypeAlias = str | os.PathLike[str]
PictureFile: TypeAlias = FilePath | bytes
"""A path, or what stands in the file."""

_AT_ONCE = 32  # pictures that are computed together, whatever the number of paths


def files_of(paths: Any, model: str) -> list[PictureFile]:
    """The files in a list, also where there is a single one.

    Raises:
        ArgumentError: these are no paths and no contents.
    """
    if isinstance(paths, str | os.PathLike | bytes):
        return [paths]  # text can be iterated, too
    several = isinstance(paths, Iterable) and not isinstance(paths, bytearray | memoryview | IOBase | np.ndarray)
    files = list(paths) if several else [paths]
    for file in files:
        if not isinstance(file, str | os.PathLike | bytes):
            raise ArgumentError(
                f"{model} takes the paths of pictures, or what stands in the files as bytes; given was "
                f"{type(file).__name__}. Decoded pictures, of Pillow or as arrays, go to "
                "predictor.predict_pictures([picture])."
            )
    return files


def path_of(file: PictureFile) -> str:
    """Its path, as it was given; empty where its content was."""
    return "" if isinstance(file, bytes) else os.fspath(file)


def at_size(pictures: Iterable["Picture"], preparation: "Preparation") -> list["Picture"]:
    """Decoded pictures in the size of a network.

    Args:
        pictures: shape (H, W, 3), RGB in [0, 255], type uint8.
        preparation: of the network.

    Raises:
        ImageError: an array is no picture.
    """
    from ..images import resize

    size = preparation.size
    return [
        picture
        if getattr(picture, "shape", None) == (*size, 3) and picture.dtype == np.uint8
        else resize(np.asarray(picture), size, preparation.interpolation)
        for picture in pictures
    ]


def read_groups(
    files: Sequence[PictureFile], preparation: "Preparation", model: str, threads: int | None
) -> Iterator[list["PictureOrError"]]:
    """Pictures in the size of a network, some at a time, with a bar that shows how far they are.

    Args:
        files: their paths, or contents.
        preparation: their size, and how they get it.
        model: its name, which stands at the bar.
        threads: how many read; None takes one for each processor.
    """
    from ..images import read_resized

    pictures = read_resized(files, preparation.size, preparation.interpolation, workers=threads)
    done = 0
    with _progress_of(model, len(files)) as show:
        show(done, len(files))
        while group := list(islice(pictures, _AT_ONCE)):
            yield group
            done += len(group)
            show(done, len(files))


def _progress_of(name: str, pictures: int) -> AbstractContextManager[Show]:
    """A bar, if there is more than one step to show."""
    if pictures > _AT_ONCE:
        return progress(name, "pictures")
    return nullcontext(shown_nowhere)
