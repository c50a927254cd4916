"""Where batches come from: generators, sequences of batches, and arrays in an order of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from math import ceil
from typing import Any

import keras
import numpy as np

from ...preprocessing.image import Iterator as Pictures
from .._randomness import next_seed


@dataclass
class Source:
    """Something that gives batches.

    Attributes:
        data: as the user gave it; or ``ShuffledArrays``.
        length: batches in a pass; None for a generator, which goes on for ever.
        samples: in a pass; None where nobody knows.
        batch_size: likewise.
        shuffle: take the batches of each pass in an order of their own.
    """

    data: Any
    length: int | None = None
    samples: int | None = None
    batch_size: int | None = None
    shuffle: bool = False

    def __post_init__(self) -> None:
        self._first: list[Any] = []  # the first batch, read to see how large batches are, until it is given

    def batches(self) -> Iterator[Any]:
        """Batch after batch, pass after pass; those of a generator go on where they were left."""
        if self.length is None:
            yield from chain(self._first, self.data)  # through chain, or the user's generator is closed with this one
            return
        random = np.random.default_rng(next_seed()) if self.shuffle else None
        while self.length:
            order = random.permutation(self.length).tolist() if random else range(self.length)
            for place, number in enumerate(order, start=1):
                batch = self._first.pop() if number == 0 and self._first else self.data[number]
                if place == self.length and hasattr(self.data, "on_epoch_end"):
                    self.data.on_epoch_end()
                yield batch

    def batches_for(self, samples: int) -> int:
        """How many batches have at least so many samples, from the beginning of a pass on."""
        if self.samples and self.batch_size and self.length:
            passes, rest = divmod(samples, self.samples)
            return int(passes * self.length + ceil(rest / self.batch_size))
        return max(1, ceil(samples / (self.size() or 1)))

    def size(self) -> int:
        """How many samples a batch has; 0 where the first one does not tell. It is not read another time for that."""
        if self.batch_size:
            return self.batch_size
        self._first = self._first or [self.data[0] if self.length else next(self.data)]
        [batch] = self._first
        x = batch[0] if isinstance(batch, tuple | list) else batch
        shape: Any = next((part.shape for part in keras.tree.flatten(x) if hasattr(part, "shape")), ())
        return int(shape[0]) if len(shape) and shape[0] else 0


def source_of(data: Any, *, shuffle: bool = False) -> Source | None:
    """The batches that data of a user are; None for arrays, tensors and what only Keras can read.

    Args:
        data: generators, other iterators, ``Sequence`` and ``PyDataset``, and what looks like them.
        shuffle: take the batches of a sequence in another order in each pass; iterators over pictures have their own.
    """
    if isinstance(data, Source):
        return data
    if _has_numbered_batches(data):
        length = len(data) if hasattr(data, "__len__") else data.num_batches
        samples, size = getattr(data, "n", None), getattr(data, "batch_size", None)
        if not samples or not size or ceil(samples / size) != length:
            samples = None  # what a user calls n may be anything
        return Source(data, length, samples, size, shuffle=shuffle and not hasattr(data, "shuffle"))
    return Source(data) if hasattr(data, "__next__") else None


def _has_numbered_batches(data: Any) -> bool:
    if isinstance(data, Pictures | keras.utils.PyDataset):
        return True
    kinds = (list, tuple, dict, str)
    return (
        all(hasattr(data, name) for name in ("__getitem__", "__len__"))
        and not isinstance(data, kinds)
        and not any(hasattr(data, name) for name in ("shape", "dtype", "iloc"))
        and not type(data).__module__.startswith(("tensorflow", "torch", "jax"))
    )


class ShuffledArrays:
    """Batches of arrays, in each pass in another order, which follows from the seed alone on every backend.

    Args:
        arrays: ``(x, y)`` or ``(x, y, weights)``, each an array or a structure of some, with as many samples.
        batch_size: samples in a batch.
        whole_batches: leave samples in their batches, and change the order inside of these (``shuffle="batch"``).
    """

    def __init__(self, arrays: tuple[Any, ...], batch_size: int, whole_batches: bool) -> None:
        self._arrays, self._batch_size, self._whole_batches = arrays, batch_size, whole_batches
        self._random = np.random.default_rng(next_seed())
        self.samples = len(keras.tree.flatten(arrays)[0])
        self._order = self._next_order()

    def __len__(self) -> int:
        return ceil(self.samples / self._batch_size)

    def __getitem__(self, number: int) -> tuple[Any, ...]:
        rows = self._order[number * self._batch_size : (number + 1) * self._batch_size]
        return keras.tree.map_structure(lambda array: array[rows], self._arrays)  # type: ignore[no-any-return]

    def on_epoch_end(self) -> None:
        """Begin another pass."""
        self._order = self._next_order()

    def _next_order(self) -> np.ndarray[Any, Any]:
        if not self._whole_batches:
            return self._random.permutation(self.samples)
        places = np.arange(self.samples)
        cuts = range(self._batch_size, self.samples, self._batch_size)
        return np.concatenate([self._random.permutation(part) for part in np.split(places, cuts)])
