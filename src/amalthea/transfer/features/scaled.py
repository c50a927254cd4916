"""Pictures in the place of features, for a model whose first layers train: there is nothing to keep then."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...images import Picture, Preparation, read_resized, scale
from .sources import Pictures


class ScaledPictures:
    """What a model takes for each picture, read and scaled when it is asked for.

    Args:
        pictures: paths of usable files, or an array of shape (N, H, W, 3), RGB in [0, 255], of the right size.
        preparation: what happens to them.
        channels_first: whether the model takes (N, 3, H, W).
    """

    def __init__(self, pictures: Pictures, preparation: Preparation, channels_first: bool = False) -> None:
        self._pictures, self._preparation, self._channels_first = pictures, preparation, channels_first

    def __len__(self) -> int:
        return len(self._pictures)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Of the single tensor that the model takes, for one picture."""
        rows, columns = self._preparation.size
        return ((3, rows, columns) if self._channels_first else (rows, columns, 3),)

    @property
    def nbytes(self) -> int:
        """Bytes of all pictures, scaled."""
        return 4 * len(self) * int(np.prod(self.shapes[0]))

    def take(self, indices: NDArray[Any] | Sequence[int]) -> list[NDArray[np.float32]]:
        """Some of them, as the only one of a list of arrays.

        Raises:
            ImageError, MissingFileError: a file has become unusable.
        """
        if isinstance(self._pictures, np.ndarray):
            pixels = self._pictures[np.asarray(indices, np.int64)]
        else:
            pixels = np.stack(self._read([self._pictures[index] for index in indices]))
        scaled = scale(pixels, self._preparation.scaling)
        return [np.ascontiguousarray(scaled.transpose(0, 3, 1, 2)) if self._channels_first else scaled]

    def _read(self, paths: Sequence[Any]) -> list[Picture]:
        found = list(read_resized(paths, self._preparation.size, self._preparation.interpolation))
        if problem := next((each for each in found if not isinstance(each, np.ndarray)), None):
            raise problem
        return [picture for picture in found if isinstance(picture, np.ndarray)]
