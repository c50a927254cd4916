"""Batches as Keras 3 takes them: exactly so many, one after the other, and each once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from ...errors import ArgumentError
from .conversion import in_tuples, inputs_of, targets_of
from .sources import Source
from .weights import ClassWeights, sample_weights

_ASKED_AGAIN = 3  # Keras looks at so many batches, to learn their shapes, before it takes them


class Stream(keras.utils.PyDataset):  # type: ignore[misc] # Keras carries no types
    """So many batches of a source.

    A source goes on where the stream left it: with a generator no batch is lost between two epochs.

    Args:
        source: of the batches.
        count: how many are taken in all; for data to validate with, in each validation.
        model: that takes them.
        with_targets: they are to train or evaluate with, not to predict.
        by_class: what classes weigh, for each output.
    """

    problem: Exception | None = None

    def __init__(
        self, source: Source, count: int, model: Any, *, with_targets: bool, by_class: ClassWeights | None = None
    ) -> None:
        super().__init__(workers=1)
        self._source, self._batches = source, source.batches()
        self._count, self._model, self._with_targets, self._by_class = max(count, 1), model, with_targets, by_class
        self._first: dict[int, Any] = {}
        self._begun, self._last = False, -1

    @property
    def num_batches(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        if self._begun:
            self._last = index
        if index in self._first:
            return self._first[index]  # type: ignore[no-any-return]
        try:
            batch = self._next(index)
        except Exception as problem:
            self.problem = problem
            raise
        if index < _ASKED_AGAIN:
            self._first[index] = batch
        return batch

    def on_epoch_begin(self) -> None:
        self._begun = True

    def on_epoch_end(self) -> None:
        if self._last == self._count - 1:
            self._first, self._last = {}, -1
            if self._source.length is not None:
                self._batches = self._source.batches()
        self._begun = False

    def _next(self, index: int) -> tuple[Any, ...]:
        try:
            batch = next(self._batches)
        except StopIteration:
            raise ArgumentError(
                f"The generator ended after {index} batches, and {self._count} are needed. Let it go on for ever, by "
                "'while True:', or ask for fewer."
            ) from None
        if self._with_targets:
            return trained_on(self._model, batch, self._by_class)
        return (inputs_of(self._model, batch[0] if isinstance(batch, tuple) else batch),)


def trained_on(model: Any, batch: Any, by_class: ClassWeights | None = None) -> tuple[Any, ...]:
    """A batch to train or to evaluate with, as Keras 3 wants it.

    Args:
        model: that takes it. One without a loss of its own, for its layers have some, needs no targets.
        batch: as a user gave it.
        by_class: what classes weigh, for each output.

    Raises:
        ArgumentError: not two or three parts, or targets that are no classes.
    """
    needs_targets = model.loss is not None
    if not needs_targets and not isinstance(batch, tuple | list):
        batch = (batch,)
    if not isinstance(batch, tuple | list) or not 1 + needs_targets <= len(batch) <= 3:
        parts = f"{len(batch)} parts" if isinstance(batch, tuple | list) else type(batch).__name__
        raise ArgumentError(f"A batch has {parts}; to train or evaluate, it is (x, y) or (x, y, sample_weight).")
    x, y, given = (*batch, None, None)[:3]
    y = targets_of(model, y)
    weights = sample_weights(model, y, given, by_class)
    more = () if weights is None else (inputs_of(None, weights),)
    return (inputs_of(model, x), *(() if y is None and not more else (in_tuples(y),)), *more)


@contextmanager
def telling_problems(*streams: Any) -> Iterator[None]:
    """Let what a user's generator raises arrive as it was raised: TensorFlow makes a text of it."""
    try:
        yield
    except Exception:
        for stream in streams:
            if isinstance(stream, Stream) and stream.problem is not None:
                raise stream.problem from None
        raise
