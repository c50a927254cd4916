"""Features in batches, in an order that depends on the seed and the epoch alone."""

from typing import Any, Protocol, runtime_checkable

import keras
import numpy as np
from numpy.typing import NDArray

from ...images import epoch_order
from .mixing import Softening


class Rows(Protocol):
    """What can be trained on: ``Features``, or anything else that gives rows by their indices."""

    def __len__(self) -> int:
        """How many rows there are."""

    def take(self, indices: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        """Some rows, one array for each input of the model."""


@runtime_checkable
class ChangingRows(Rows, Protocol):
    """Rows that differ from epoch to epoch, as those of augmented pictures do.

    Attributes:
        live: whether they are computed when they are taken, which takes long.
    """

    live: bool

    def begin(self, epoch: int, order: NDArray[np.int64]) -> None:
        """From now on give the rows of an epoch, which will be taken in this order. May be called twice."""

    def plain(self) -> Rows:
        """The rows without what changes them: to judge by."""


class Batches(keras.utils.PyDataset):  # type: ignore[misc] # Keras carries no types
    """Batches for ``fit`` and ``evaluate``; the last one of an epoch may be smaller.

    A context manager, at whose end it lets go of the rows. TensorFlow never lets go of a data set that it was given
    (2.21): without this, every training would leave its pictures in memory and its files open.

    Every backend gets the same batches: after ``shuffle(e)``, ``e`` from 0, the rows stand in the order
    ``numpy.random.default_rng((seed, e)).permutation(n)``.

    Args:
        features: rows to take.
        labels: shape (N,), or targets of shape (N, k).
        size: rows in a batch.
        weights: shape (N,), of each row in the loss; None: all the same.
        seed: None keeps the order as it is.
        softening: of targets, which it needs; None: they stay as they are.

    Attributes:
        problem: what went wrong when rows were taken. TensorFlow only passes on that something did.
    """

    def __init__(
        self,
        features: Rows,
        labels: NDArray[Any],
        size: int,
        weights: NDArray[np.float32] | None = None,
        seed: int | None = None,
        softening: Softening | None = None,
    ) -> None:
        super().__init__(workers=1)
        self._features, self._labels, self._size, self._weights, self._seed = features, labels, size, weights, seed
        self._softening, self._epoch, self._order = softening, 0, np.arange(len(labels))
        self.problem: Exception | None = None
        self.shuffle(0)  # TensorFlow takes some batches to learn their types before the first epoch begins

    def __enter__(self) -> "Batches":
        return self

    def __exit__(self, *_: object) -> None:
        del self._features
        self.problem = None  # its traceback leads to the rows

    def __len__(self) -> int:
        return -(-len(self._labels) // self._size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        rows = self._order[index * self._size : (index + 1) * self._size]
        try:
            inputs = self._features.take(rows)
        except Exception as problem:
            self.problem = problem
            raise
        labels, weights = self._labels[rows], None if self._weights is None else self._weights[rows]
        if self._softening:
            inputs, labels, weights = self._softening(inputs, labels, weights, self._epoch, index)
        # A tuple, because TensorFlow would take a list of arrays for a single one.
        return (inputs[0] if len(inputs) == 1 else tuple(inputs), labels, *(() if weights is None else (weights,)))

    def shuffle(self, epoch: int) -> None:
        """Put the rows in the order of an epoch.

        To be called before it: Keras tells data sets of more beginnings than there are epochs (Keras 3.15.1).
        """
        if self._seed is None:
            return
        self._epoch, self._order = epoch, epoch_order(len(self._labels), self._seed, epoch)
        if isinstance(self._features, ChangingRows):
            self._features.begin(epoch, self._order)

    def in_order(self) -> "Batches":
        """The same rows, always in the order given, of the same weight, none augmented or softened: to judge by."""
        plain = self._features.plain() if isinstance(self._features, ChangingRows) else self._features
        return Batches(plain, self._labels, self._size)
