"""Rows to learn from that differ from epoch to epoch, because pictures are augmented."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...images import Batches
from .augmenting import Augmenting
from .rows import Features

if TYPE_CHECKING:
    from ..training.batches import Rows

Compute = Callable[[NDArray[Any]], list[NDArray[np.float32]]]
Plain = Callable[[], "Rows"]


class LiveRows:
    """What a network makes of pictures that are augmented anew for each epoch.

    They are computed in groups, in the order of the epoch, while threads augment those of the next groups. Memory holds
    a few groups, whatever the number of pictures and epochs.

    Args:
        picture: the picture of a row, shape (H, W, 3), RGB in [0, 255].
        numbers: one a row, see ``numbers_of``.
        augmenting: what happens to them.
        compute: from pictures, shape (N, H, W, 3), to rows, one array a tensor.
        plain: the same rows of the pictures as they are.
        group: how many are computed together; a multiple of what is taken at once.
    """

    live = True

    def __init__(
        self,
        picture: Callable[[int], NDArray[Any]],
        numbers: NDArray[np.int64],
        augmenting: Augmenting,
        compute: Compute,
        plain: Plain,
        group: int,
    ) -> None:
        self._picture, self._numbers, self._augmenting = picture, numbers, augmenting
        self._compute, self._size = compute, group
        self._epoch, self._order = -1, np.arange(0)
        self.plain = plain

    def __len__(self) -> int:
        return len(self._numbers)

    def begin(self, epoch: int, order: NDArray[np.int64]) -> None:
        """See ``ChangingRows``."""
        if epoch == self._epoch and np.array_equal(order, self._order):
            return  # whoever had a look before the epoch began has computed its first rows
        picture, numbers, augmenting = self._picture, self._numbers, self._augmenting
        version = augmenting.version(epoch)

        def sample(place: int, _: np.random.Generator) -> NDArray[Any]:
            row = int(order[place])
            return augmenting.augmented(picture(row), version, int(numbers[row]))

        self._epoch, self._order, self._places = epoch, order, np.argsort(order)
        self._pictures = Batches(sample, len(order), batch_size=self._size, shuffle=False, seed=0)
        self._ready: dict[int, list[NDArray[np.float32]]] = {}

    def take(self, indices: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        """See ``Rows``.

        Raises:
            ImageError, MissingFileError: a file has become unusable.
        """
        groups, places = np.divmod(self._places[indices], self._size)
        found = {number: self._group(number) for number in np.unique(groups).tolist()}
        rows = [[tensor[place] for tensor in found[number]] for number, place in zip(groups, places, strict=True)]
        return [np.stack(tensor) for tensor in zip(*rows, strict=True)]

    def _group(self, number: int) -> list[NDArray[np.float32]]:
        if number not in self._ready:
            self._ready = {number: self._compute(self._pictures.batch(0, number)[0])}
        return self._ready[number]


class VersionsInTurn:
    """Features of several versions of each picture; each epoch takes those of one version.

    Args:
        versions: by their numbers, all of the same pictures.
        augmenting: says which is taken when.
        plain: features of the pictures as they are.
    """

    live = False

    def __init__(self, versions: Mapping[int, Features], augmenting: Augmenting, plain: Plain) -> None:
        self._versions, self._augmenting, self.plain = versions, augmenting, plain
        self._taken = versions[augmenting.version(0)]

    def __len__(self) -> int:
        return len(self._taken)

    def begin(self, epoch: int, order: NDArray[np.int64]) -> None:
        """See ``ChangingRows``."""
        self._taken = self._versions[self._augmenting.version(epoch)]

    def take(self, indices: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        """See ``Rows``."""
        return self._taken.take(indices)
