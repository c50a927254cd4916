"""Arrays in HDF5 files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError, MissingFileError

__all__ = ["HDF5Matrix", "ask_to_proceed_with_overwrite"]


class HDF5Matrix:
    """Rows of an array in an HDF5 file, read when they are needed; the file is open only then.

    Args:
        datapath: of the file.
        dataset: name of the array.
        start: number of the first row.
        end: number after the last row; None takes all.
        normalizer: what each part is given to before it is used.

    Raises:
        MissingFileError: there is no such file.
        ArgumentError: no such array is in it.
    """

    def __init__(
        self,
        datapath: str | Path,
        dataset: str,
        start: int = 0,
        end: int | None = None,
        normalizer: Callable[[Any], Any] | None = None,
    ) -> None:
        if not Path(datapath).is_file():
            raise MissingFileError(f"There is no file {datapath}.")
        self._path, self._name, self.start, self.normalizer = Path(datapath), dataset, start, normalizer
        with self._opened() as file:
            if dataset not in file:
                raise ArgumentError(f"{datapath} has no array {dataset!r}; it has {', '.join(file)}.")
            stored = file[dataset]
            self.end = stored.shape[0] if end is None else end
            self._row, self._type = tuple(stored.shape[1:]), stored.dtype

    def __len__(self) -> int:
        """Number of rows."""
        return int(self.end - self.start)

    def __getitem__(self, key: Any) -> NDArray[Any]:
        """Rows by a number, a slice, or a list of numbers in any order."""
        with self._opened() as file:
            stored = file[self._name]
            if isinstance(key, slice):
                first, last, step = key.indices(len(self))
                part = stored[self.start + first : self.start + last : step]
            elif isinstance(key, int | np.integer):
                part = stored[self.start + range(len(self))[key]]
            else:
                wanted, places = np.unique(np.asarray(key), return_inverse=True)
                if len(wanted) and (wanted[0] < 0 or wanted[-1] >= len(self)):
                    raise IndexError(f"There are {len(self)} rows; asked for were {wanted[0]} to {wanted[-1]}.")
                part = stored[(self.start + wanted).tolist()][places]
        return np.asarray(part if self.normalizer is None else self.normalizer(part))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self[:], dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of all rows."""
        return (len(self), *self._row)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the numbers in the file."""
        stored: np.dtype[Any] = np.dtype(self._type)
        return stored

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return int(np.prod(self.shape))

    def _opened(self) -> Any:
        import h5py

        return h5py.File(self._path, "r")


def ask_to_proceed_with_overwrite(filepath: str | Path) -> bool:
    """Ask whether a file may be overwritten."""
    answer = ""
    while answer not in ("y", "n"):
        answer = input(f"{filepath} exists already. Overwrite it? [y/n] ").strip().lower()
    return answer == "y"
