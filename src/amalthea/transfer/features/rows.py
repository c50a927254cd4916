"""Features of pictures, most of them in files."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Features:
    """What a network makes of pictures, one row a picture. Read from the disk when they are taken, not before.

    Attributes:
        shapes: of one picture's features, one a tensor of the cut.
        rows: where each picture's record is: a row of ``stored``, or ``-1 - n`` for row ``n`` of ``unstored``. Rows may
            occur twice.
        stored: records in a file that is mapped into memory, shape (any, width); a record is all tensors one after
            another.
        unstored: records that could not be stored, in memory, shape (any, width).
        owner: whatever keeps the file from being removed while this object lives.
    """

    shapes: tuple[tuple[int, ...], ...]
    rows: NDArray[np.int64]
    stored: NDArray[Any]
    unstored: NDArray[Any]
    owner: object = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def nbytes(self) -> int:
        """Bytes that all of them would take in memory, as ``take`` returns them."""
        return 4 * len(self) * sum(map(math.prod, self.shapes))

    def take(self, indices: ArrayLike) -> list[NDArray[np.float32]]:
        """The features of some pictures.

        Args:
            indices: of the pictures, in any order, as often as wanted.

        Returns:
            New arrays, one a tensor, shape (number of indices, *shape).
        """
        records = self._records(self.rows[np.asarray(indices, np.intp)])
        bounds = accumulate(map(math.prod, self.shapes), initial=0)
        return [
            np.ascontiguousarray(records[:, start:end]).reshape(-1, *shape)
            for (start, end), shape in zip(pairwise(bounds), self.shapes, strict=True)
        ]

    def subset(self, indices: Sequence[int] | NDArray[np.integer[Any]]) -> "Features":
        """Only these pictures, in this order; nothing is read."""
        return Features(
            shapes=self.shapes,
            rows=self.rows[np.asarray(indices, np.intp)],
            stored=self.stored,
            unstored=self.unstored,
            owner=self.owner,
        )

    def _records(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        in_file = rows >= 0
        if in_file.all():
            return self.stored[rows].astype(np.float32, copy=False)
        records = np.empty((len(rows), self.unstored.shape[1]), np.float32)
        records[in_file] = self.stored[rows[in_file]]
        records[~in_file] = self.unstored[-1 - rows[~in_file]]
        return records
