"""How Keras goes through the batches of a data set, as far as the data set can see it."""

from typing import NamedTuple

from .. import _keras
from ..errors import ArgumentError


class _Stream(NamedTuple):
    """Passes that follow one another without end.

    Attributes:
        first: epoch of the data set in which the first one is.
        steps: that an epoch of Keras takes.
    """

    first: int
    steps: int


class KerasPass:
    """One pass of Keras through all batches, in which every batch is taken once; or one pass after the other.

    Keras tells when its epochs begin and end, and asks for numbers: in a random order where it shuffles. Where a call
    or a pass begins, it reads ``num_batches`` first, and never in between: that tells a pass that goes on from one that
    was left, as by Ctrl-C. Told None, it counts the batches on from 0 and takes as many as it likes. That is what
    ``fit`` with ``steps_per_epoch`` needs: told a number, it ends an epoch where a pass ends, maybe after one step.
    """

    def __init__(self) -> None:
        self._positions: dict[int, int] | None = None  # of the numbers that were asked for; None outside of a pass
        self._begins = False
        self._steps = 0  # of an epoch of Keras, where passes follow one another
        self._stream: _Stream | None = None  # what is taken so, from its first batch on
        self._ended = 0  # epochs of Keras in it

    @property
    def active(self) -> bool:
        """Whether it is Keras that asks."""
        return self._begins or self._positions is not None

    @property
    def endless(self) -> bool:
        """Whether passes follow one another, so that numbers go on where a pass ends: for Keras, until it is left."""
        return self.active and self._steps > 0 and _keras.takes_batches()

    def length(self, count: int) -> int | None:
        """What whoever asks for the number of batches in a pass is told: Keras may be told None, for no end.

        Raises:
            ArgumentError: batches are taken without end, and Keras would take others in between to validate with.
        """
        if not _keras.takes_batches():
            return count
        steps = _keras.steps_per_epoch()
        if _keras.validates_in_between():
            raise ArgumentError(
                "The training data of fit with steps_per_epoch goes on where each epoch ended, and cannot be validated "
                "with in between. Make another iterator over the same pictures for validation_data."
            )
        if steps is not None:  # TensorFlow asks again in a thread of its own, and is told the same
            self._steps = steps
        self._begins = True
        return None if self._steps else count

    def begin_epoch(self) -> None:
        """Keras begins an epoch, and a pass unless one goes on."""
        if self._begins or self._positions is None:
            self._positions, self._stream, self._ended = {}, None, 0
        self._begins = False

    def end_epoch(self, count: int, epoch: int) -> int | None:
        """Keras ends an epoch.

        Args:
            count: of batches in a pass.
            epoch: the current one of the data set, in which each pass is one.

        Returns:
            The epoch of the data set that is over with it; None if the pass goes on.
        """
        self._ended += not self._begins
        over = self._begins or not self._positions
        if self._stream:
            over = self._begins
            # Not the current one, for batches are read ahead: the one of the last batch that Keras has learned from.
            epoch = self._stream.first + max(1, -(-self._ended * self._stream.steps // count)) - 1
        elif self._positions:
            over = over or len(self._positions) >= count
        if over:
            self._positions = self._stream = None
        self._begins = False
        return epoch if over else None

    def place(self, index: int, count: int, epoch: int) -> tuple[int, int]:
        """Epoch of a batch, and its position in it: batches come in the order in which their numbers are asked for.

        Args:
            index: the number that is asked for.
            count: of batches in a pass.
            epoch: the current one of the data set.
        """
        endless = self.endless
        if self._positions is not None:
            self._begins = False
        if endless:
            self._stream = self._stream or _Stream(epoch, self._steps)
            return self._stream.first + index // count, index % count
        if self._positions is None or self._steps:
            return epoch, index
        return epoch, self._positions.setdefault(index, len(self._positions)) % count
