"""Pictures from files, read in groups while a network computes those before."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from io import IOBase
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .._progress import Show, progress
from ..errors import ArgumentError

if TYPE_CHECKING:
    from ..images import PictureOrError, Preparation

FilePath: TypeAlias = str | os.PathLike[str]

_AT_ONCE = 32  # pictures that are computed together, whatever the number of paths


def files_of(paths: Any, model: str) -> list[FilePath]:
    """The paths in a list, also where there is a single one.

    Raises:
        ArgumentError: these are no paths.
    """
    if isinstance(paths, str | os.PathLike):
        return [paths]
    if isinstance(paths, Iterable) and not isinstance(paths, bytes | IOBase | np.ndarray):
        return list(paths)
    raise ArgumentError(
        f"{model} takes the paths of pictures; given was {type(paths).__name__}. Pictures in memory go to "
        "predictor(arrays), prepared as it expects them."
    )


def read_groups(
    files: Sequence[FilePath], preparation: "Preparation", model: str, threads: int | None
) -> Iterator[list["PictureOrError"]]:
    """Pictures in the size of a network, some at a time, with a bar that shows how far they are.

    Args:
        files: their paths.
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
    return nullcontext(lambda done, total: None)
