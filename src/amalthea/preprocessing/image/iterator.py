"""Endless batches that Keras' ``fit``, ``evaluate`` and ``predict`` take as well: what users derive their own from."""

from collections.abc import Iterator as Endless
from operator import index
from threading import Lock
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ... import _keras, images
from ...errors import ArgumentError, warn
from ..keras_pass import KerasPass


class Iterator(keras.utils.PyDataset):  # type: ignore[misc] # Keras carries no types
    """Batches of samples that a class derived from this one makes.

    ``next`` goes on for ever, epoch after epoch; ``fit``, ``evaluate`` and ``predict`` of Keras take ``len`` batches in
    a pass, each once; and ``fit`` with ``steps_per_epoch`` takes that many in each of its epochs, pass after pass.
    Derived classes define ``_get_batches_of_transformed_samples``.

    Args:
        n: number of samples.
        batch_size: samples in a batch; the last one of an epoch may have fewer.
        shuffle: give each epoch an order of its own.
        seed: of the orders; None takes a fresh one.
        **kwargs: ``workers``, ``use_multiprocessing`` and ``max_queue_size`` of ``keras.utils.PyDataset``.

    Attributes:
        epoch: number of the epoch that the last batch was of, from 0 on; setting it begins that epoch. Keras ends an
            epoch before it begins its first one, so that training begins with epoch 1.
        order: indices of the samples in the order in which those of this epoch come.
        index_array: the same, which derived classes set in ``_set_index_array``, and anybody for the current epoch.
        index_generator: yields the indices of batch after batch without end.
        batch_index: number of the next batch of ``next``.
        total_batches_seen: how many were taken in all.

    Example:
        >>> class Squares(Iterator):
        ...     def _get_batches_of_transformed_samples(self, index_array):
        ...         return index_array**2
        >>> squares = Squares(3, batch_size=2, shuffle=False, seed=0)
        >>> [next(squares).tolist() for _ in range(3)]
        [[0, 1], [4], [0, 1]]
    """

    _epoch_is_over: bool
    _index_array: NDArray[np.int64] | None
    _own_order: NDArray[np.int64] | None  # the same, unless it was given

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if seed is not None:
            images.check_seed(seed)
        self.n, self.batch_size, self.shuffle, self.seed = n, batch_size, shuffle, seed
        self.total_batches_seen = 0
        self.lock = Lock()
        self.index_generator = self._flow_index()
        self._fresh_seed = images.fresh_seed()
        self._place = 0, 0  # epoch and position of the batch that index_generator yielded last
        self.epoch = 0

    @property
    def num_batches(self) -> int | None:
        """Batches in an epoch; None for ``fit`` with ``steps_per_epoch``. Keras asks when it begins to take them."""
        return self._pass.length(len(self))

    def __len__(self) -> int:
        """Batches in an epoch."""
        return -(-self.n // self.batch_size)

    def __getitem__(self, idx: int) -> Any:
        """A batch of the current epoch; the same one whenever it is asked for.

        Where ``next`` gives a list of several inputs or targets, Keras is given a tuple, as TensorFlow wants it.
        """
        number = index(idx)
        if number < 0 or (number >= len(self) and not self._pass.endless):
            raise ArgumentError(f"An epoch has {len(self)} batches, counted from 0 on; asked for was {number}.")
        with self.lock:
            for_keras = self._pass.active
            self._go_on()
            place = self._pass.place(number, len(self), self.epoch)
            if place[0] != self.epoch:
                self._begin(place[0])
            self.total_batches_seen += 1
            index_array = self._indices(place[1])
        batch = self._batch_at(*place, index_array)
        return self._for_keras(batch) if for_keras else batch

    def __iter__(self) -> "Iterator":
        """Itself: a loop over it does not end."""
        return self

    def __next__(self) -> Any:
        """The next batch."""
        return self.next()

    def next(self) -> Any:
        """The next batch."""
        with self.lock:
            index_array = next(self.index_generator)
            place = self._place
        return self._batch_at(*place, index_array)

    def reset(self) -> None:
        """Start over: with the same seed, the same batches come again from epoch 0 on."""
        self.epoch = 0

    def on_epoch_begin(self) -> None:
        """Keras begins an epoch: batches come in the order of this iterator.

        Keras' ``fit`` asks for them in a random one, unless it is given ``shuffle=False``.
        """
        with self.lock:
            # Several threads of Keras' own ask in no order at all, and sort the answers by their numbers.
            if self.workers <= 1 or self._pass.endless:
                self._pass.begin_epoch()
        if self.shuffle and _keras.predicting():
            warn(
                "predict answers in the order of the batches, which shuffle=True changes in every epoch. Make the "
                "iterator with shuffle=False, so that answer i belongs to file i; or look the indices up in its order."
            )

    def on_epoch_end(self) -> None:
        """Keras ends an epoch. After the last batch of a pass, the next one is of another epoch.

        Until then, ``order`` tells that of this epoch.
        """
        with self.lock:
            over = self._pass.end_epoch(len(self), self.epoch)
            if over is not None:
                if over != self.epoch:
                    self._begin(over)
                self._epoch_is_over = True

    @property
    def epoch(self) -> int:
        """Number of the epoch that the last batch was of, from 0 on."""
        return self._epoch

    @epoch.setter
    def epoch(self, number: int) -> None:
        self._begin(number)
        self._pass = KerasPass()

    @property
    def index_array(self) -> NDArray[np.int64] | None:
        """Indices of the samples in the order of this epoch; None until one is needed."""
        return self._index_array

    @index_array.setter
    def index_array(self, order: NDArray[np.int64] | None) -> None:
        if order is not None:
            self._go_on()  # it is meant for the batches that come
        self._index_array = order

    @property
    def order(self) -> NDArray[np.int64]:
        """Indices of the samples in the order in which those of this epoch come, shape (n,)."""
        if self.index_array is None:
            self._set_index_array()
        assert self.index_array is not None
        return self.index_array

    def _set_index_array(self) -> None:
        """Choose the order of the current epoch."""
        own = images.epoch_order(self.n, self._seed, self.epoch) if self.shuffle else np.arange(self.n)
        self.index_array = self._own_order = own

    def _get_batches_of_transformed_samples(self, index_array: NDArray[np.int64]) -> Any:
        """The batch of the samples with these indices. Several threads may call it at once."""
        raise NotImplementedError(f"{type(self).__name__} does not say how its samples are made.")

    @property
    def _seed(self) -> int:
        return self._fresh_seed if self.seed is None else self.seed

    def _batch_at(self, epoch: int, position: int, index_array: NDArray[np.int64]) -> Any:
        return self._get_batches_of_transformed_samples(index_array)

    def _for_keras(self, batch: Any) -> Any:
        """The same without lists."""
        if not isinstance(batch, tuple):
            return batch
        return tuple(tuple(part) if isinstance(part, list) else part for part in batch)

    def _indices(self, position: int) -> NDArray[np.int64]:
        return self.order[position * self.batch_size : (position + 1) * self.batch_size]

    def _go_on(self) -> None:
        """Begin the next epoch if one is over. Not before a batch of it is wanted, so that ``order`` can be asked."""
        if self._epoch_is_over:
            self._begin(self.epoch + 1)

    def _begin(self, epoch: int) -> None:
        self._epoch, self.batch_index, self._epoch_is_over = epoch, 0, False
        self._index_array = self._own_order = None

    def _flow_index(self) -> Endless[NDArray[np.int64]]:
        while True:
            self._go_on()
            self._place = self.epoch, self.batch_index
            self.total_batches_seen += 1
            self.batch_index += 1
            indices = self._indices(self._place[1])
            if self.batch_index * self.batch_size >= self.n:
                self.batch_index, self._epoch_is_over = 0, True
            yield indices
