"""How Keras goes through the batches of a data set, as far as the data set can see it."""


class KerasPass:
    """One pass of Keras through all batches, in which every batch is taken once.

    Keras tells when its epochs begin and end, and asks for numbers: in a random order where it shuffles. With
    ``steps_per_epoch``, one pass takes several epochs. Where a call or a pass begins, it reads ``num_batches`` first,
    and never in between: that tells a pass that goes on from one that was left, as by Ctrl-C.
    """

    def __init__(self) -> None:
        self._positions: dict[int, int] | None = None  # of the numbers that were asked for; None outside of a pass
        self._begins = False

    @property
    def active(self) -> bool:
        """Whether it is Keras that asks."""
        return self._begins or self._positions is not None

    def length_is_read(self) -> None:
        """Keras reads how many batches there are."""
        self._begins = True

    def begin_epoch(self) -> None:
        """Keras begins an epoch, and a pass unless one goes on."""
        if self._begins or self._positions is None:
            self._positions = {}
        self._begins = False

    def end_epoch(self, count: int) -> bool:
        """Keras ends an epoch. Returns whether a pass of ``count`` batches is over with it."""
        over = self._begins or not self._positions or len(self._positions) >= count
        if over:
            self._positions = None
        self._begins = False
        return over

    def position(self, index: int) -> int:
        """Place of a batch in the pass: batches come in the order in which their numbers are asked for."""
        if self._positions is None:
            return index
        self._begins = False
        return self._positions.setdefault(index, len(self._positions))
