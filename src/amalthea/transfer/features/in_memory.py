"""Pictures that are needed again and again, kept in memory as far as they fit."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._progress import progress
from ...images import Preparation, read_at_size, read_resized
from .sources import Pictures, Problem

_ROOM = 2**30  # bytes


class PicturesInMemory:
    """Pictures of the size that a network takes, RGB in [0, 255], not scaled.

    Files are all read once when this is made, so that none is found unusable later. Those that there is no room for are
    read whenever they are asked for. Several threads may ask.

    Args:
        pictures: paths, or an array of shape (N, *preparation.size, 3).
        preparation: how they get their size.
        on_error: ``"raise"``, or ``"skip"`` to note the error of a file that is not usable.
        room: for decoded pictures, in bytes.

    Attributes:
        errors: why files are not usable, by their index.

    Raises:
        ImageError, MissingFileError: a file is not usable, as asked.
    """

    def __init__(
        self, pictures: Pictures, preparation: Preparation, on_error: str = "raise", room: int = _ROOM
    ) -> None:
        self._pictures, self._preparation = pictures, preparation
        self.errors: dict[int, Problem] = {}
        self._kept: dict[int, NDArray[np.uint8]] = {}
        if not isinstance(pictures, np.ndarray):
            self._read(pictures, on_error, room)
            if self.errors and on_error == "raise":  # only here, where the threads that read have ended
                raise next(iter(self.errors.values()))

    def __call__(self, index: int) -> NDArray[Any]:
        """One picture, shape (H, W, 3), uint8 or float32; not to be changed.

        Raises:
            ImageError, MissingFileError: its file is not usable, or no longer.
        """
        if isinstance(self._pictures, np.ndarray):
            kind = np.uint8 if self._pictures.dtype == np.uint8 else np.float32
            return np.asarray(self._pictures[index], kind)
        if index in self._kept:
            return self._kept[index]
        return read_at_size(self._pictures[index], self._preparation.size, self._preparation.interpolation)

    def _read(self, paths: Sequence[str | os.PathLike[str]], on_error: str, room: int) -> None:
        found = read_resized(paths, self._preparation.size, self._preparation.interpolation)
        with progress("Reading pictures", "pictures") as show:
            for index, picture in enumerate(found):
                if not isinstance(picture, np.ndarray):
                    self.errors[index] = picture
                    if on_error == "raise":
                        return
                elif picture.nbytes <= room:
                    self._kept[index] = picture
                    room -= picture.nbytes
                show(index + 1, len(paths))
