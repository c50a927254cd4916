"""Batches of pictures, prepared by threads ahead of time: the same ones whatever the machine does."""

import weakref
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock, current_thread, main_thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError
from .batch import Batch
from .random_numbers import fresh_seed
from .samples import Problem, Sample, Samples, check_batch_size
from .threads import Threads, thread_count

_BATCHES_AHEAD = 2
_MOST_AT_ONCE = 16  # samples that a thread prepares together


class Batches:
    """The batches of many epochs. Which samples they hold, and every random number, depend on the seed alone.

    A batch is computed when it is asked for, in any order and from any thread; while they are asked for one after the
    other, the next two are prepared ahead by a pool of threads, to the end of the epoch. Memory is bounded. The threads
    end when nothing is left to do.

    Args:
        sample: prepares one sample, given its index and the generator of all its random numbers, which is different in
            each epoch. Called by several threads at a time. All arrays have one shape and type. It raises ImageError or
            MissingFileError for a sample that cannot be used.
        count: of samples.
        batch_size: samples in a batch; the last one of an epoch may have fewer.
        shuffle: give each epoch an order of its own; otherwise samples come by index.
        seed: of the orders and of what ``sample`` draws, from 0 on; None takes a fresh one.
        workers: how many threads; 0 computes each batch in the thread that asks for it, and none ahead; None takes one
            for each processor.
        on_error: what becomes of a sample that cannot be used. "raise" ends with its error. "skip" leaves it out of
            its batch. "replace" takes the next one of the order that can be used.
        names: of the samples, such as their files, for messages.

    Attributes:
        seed: as given, or the fresh one.
        count: as given.
        batch_size: as given.
        shuffle: as given.

    Raises:
        ArgumentError: one of the arguments cannot be used.

    Example:
        >>> batches = Batches(lambda index, generator: np.full(3, index), 5, batch_size=2, shuffle=False)
        >>> [indices.tolist() for pictures, indices in batches.epoch(0)]
        [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        sample: Sample,
        count: int,
        *,
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        workers: int | None = None,
        on_error: str = "raise",
        names: Sequence[object] | None = None,
    ) -> None:
        check_batch_size(batch_size)
        self.seed = fresh_seed() if seed is None else seed
        self.count, self.batch_size, self.shuffle = count, batch_size, shuffle
        self._samples = Samples(sample, count, shuffle, self.seed, on_error, names)
        self._workers = thread_count(workers)
        self._threads = Threads(self._workers)
        weakref.finalize(self, self._threads.forget).atexit = False  # when the program ends, they see it themselves
        # Of the three batches that are being prepared, each thread has a part and a half.
        self._at_once = min(-(-2 * batch_size // max(self._workers, 2)), _MOST_AT_ONCE)
        self._reach = max(_BATCHES_AHEAD, -(-2 * self._workers // batch_size))
        self._ahead: dict[tuple[int, int], Batch] = {}
        self._last = (-1, -1)
        self._orders: dict[int, NDArray[np.int64]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        """Batches in an epoch."""
        return -(-self.count // self.batch_size)

    @property
    def problems(self) -> Mapping[int, Problem]:
        """Why samples could not be used when they were last tried, by index."""
        return dict(self._samples.problems)

    def report(self) -> str:
        """The problems, to read."""
        return self._samples.report()

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Indices of the samples in the order of an epoch.

        Args:
            epoch: from 0 on.

        Returns:
            Shape (count,), read only.

        Raises:
            ArgumentError: a number below 0.
        """
        if epoch < 0:
            raise ArgumentError(f"Epochs are counted from 0 on; asked for was {epoch}.")
        with self._lock:
            if epoch not in self._orders:
                self._orders = dict([*self._orders.items()][-1:])  # of many epochs the last two
                self._orders[epoch] = self._samples.order(epoch)
                self._orders[epoch].flags.writeable = False
            return self._orders[epoch]

    def batch(self, epoch: int, position: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """One batch.

        Args:
            epoch: from 0 on.
            position: of the batch in its epoch, from 0 on.

        Returns:
            The samples, stacked in a new array, and their indices, shape (N,). Where all of them are skipped, two
            empty arrays.

        Raises:
            ArgumentError: there is no such epoch or batch, or the samples have different shapes or types.
            ImageError: with "raise", a sample cannot be used, the message names it; with "replace", none can.
            MissingFileError: likewise, and its file is not there.
        """
        if not 0 <= position < len(self):
            raise ArgumentError(f"An epoch has {len(self)} batches, counted from 0 on; asked for was {position}.")
        order = self.order(epoch)
        if not self._workers or not main_thread().is_alive():  # at a program's end no thread can be started any more
            return self._begin(epoch, order, position).computed()
        with self._lock:
            wanted = self._ahead.pop((epoch, position), None)
            if wanted is not None and wanted.failed:  # what was wrong ahead of time may have been mended since
                self._threads.remove(wanted)
                wanted = None
            if wanted is None:
                wanted = self._begin(epoch, order, position)
            wanted.awaited = not current_thread().daemon
            self._threads.add(wanted, urgent=True)
            if position == 0 or self._last == (epoch, position - 1):
                self._look_ahead(epoch, order, position)
            self._last = (epoch, position)
        self._threads.start()  # not under the lock: this may wait for long, and others would wait for it
        return wanted.result()

    def epoch(self, number: int) -> Iterator[tuple[NDArray[Any], NDArray[np.int64]]]:
        """The batches of one epoch in their order, as ``batch`` returns them, without those that were skipped whole.

        Args:
            number: of the epoch, from 0 on.

        Raises:
            ArgumentError: as ``batch``.
            ImageError: as ``batch``.
            MissingFileError: as ``batch``.
        """
        try:
            for position in range(len(self)):
                pictures, indices = self.batch(number, position)
                if len(indices):
                    yield pictures, indices
        finally:
            with self._lock:
                self._drop([key for key in self._ahead if key[0] == number])

    def forget(self) -> None:
        """Forget what is prepared ahead, because samples would be prepared otherwise now."""
        with self._lock:
            self._drop([*self._ahead])

    def close(self) -> None:
        """End the threads, and forget what they have prepared; whoever asks for a batch again starts them anew."""
        with self._lock:
            self._ahead.clear()
        self._threads.close()

    def _begin(self, epoch: int, order: NDArray[np.int64], position: int) -> Batch:
        start = position * self.batch_size
        places = range(start, min(start + self.batch_size, self.count))
        return Batch(self._samples, epoch, order, places, self._at_once)

    def _look_ahead(self, epoch: int, order: NDArray[np.int64], position: int) -> None:
        for later in range(position + 1, min(position + 1 + self._reach, len(self))):
            if (epoch, later) not in self._ahead:
                self._ahead[epoch, later] = self._begin(epoch, order, later)
                self._threads.add(self._ahead[epoch, later])
        self._drop([*self._ahead][: -2 * self._reach])  # whoever jumps around leaves some behind

    def _drop(self, keys: Sequence[tuple[int, int]]) -> None:
        for key in keys:
            self._threads.remove(self._ahead.pop(key))
