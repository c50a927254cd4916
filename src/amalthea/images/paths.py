"""The paths of a hundred thousand files, in little memory."""

import os
from array import array
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Paths(Sequence[Path]):
    """Paths as in a list, for about a tenth of its memory; they never change.

    Kept are the bytes of all names, and each folder once. A ``Path`` is made whenever one is taken. Equal to a list, or
    whatever else is a sequence, of the same paths.

    Args:
        paths: in their order.

    Example:
        >>> paths = Paths(["cats/tom.jpg", "cats/kitty.jpg", "dogs/rex.jpg"])
        >>> len(paths), paths[1]
        (3, ...Path('cats/kitty.jpg'))
        >>> paths.take([2, 0]) == [Path("dogs/rex.jpg"), Path("cats/tom.jpg")]
        True
    """

    def __init__(self, paths: Iterable[str | os.PathLike[str]] = ()) -> None:
        self._names, self._ends, self._places = bytearray(), array("I", [0]), array("I")  # of 4 bytes each
        folders: dict[str, int] = {}
        for path in paths:
            folder, name = os.path.split(os.fspath(path))
            self._names += os.fsencode(name)
            self._ends.append(len(self._names))
            self._places.append(folders.setdefault(folder, len(folders)))
        self._folders = list(folders)
        self._order: range | NDArray[np.int64] = range(len(self._places))

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, index: int) -> Path: ...
    @overload
    def __getitem__(self, index: slice) -> "Paths": ...
    def __getitem__(self, index: int | slice) -> "Path | Paths":
        if isinstance(index, slice):
            return self._of(self._order[index])
        place = self._order[index]
        name = bytes(self._names[self._ends[place] : self._ends[place + 1]])
        return Path(self._folders[self._places[place]], os.fsdecode(name))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(own == its for own, its in zip(self, other, strict=True))

    def __add__(self, other: Iterable[Path]) -> "Paths":
        return Paths(chain(self, other))

    def __repr__(self) -> str:
        return f"Paths({list(self)})"

    def take(self, indices: ArrayLike) -> "Paths":
        """Some of them, in this order; their names are not copied."""
        return self._of(np.asarray(self._order, np.int64)[np.asarray(indices, np.intp)])

    def _of(self, order: range | NDArray[np.int64]) -> "Paths":
        some = object.__new__(Paths)
        some.__dict__.update(self.__dict__, _order=order)
        return some


def compact(paths: Sequence[str | os.PathLike[str]]) -> Paths:
    """The same paths in little memory; as they are where they take no more."""
    return paths if isinstance(paths, Paths) else Paths(paths)
