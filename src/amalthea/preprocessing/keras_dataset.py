"""Our batches as Keras' ``fit``, ``evaluate`` and ``predict`` take them, on every backend."""

from typing import Any

import keras

from .. import _keras
from ..errors import ImageError, warn
from ..images import PictureBatches
from .keras_pass import KerasPass


def dataset(batches: PictureBatches) -> keras.utils.PyDataset:
    """Batches for ``model.fit``, ``evaluate`` and ``predict``: pictures and labels, or pictures alone.

    Each epoch of training is a later epoch of the batches; ``fit`` with ``steps_per_epoch`` takes that many in each of
    its own, pass after pass. In a pass they come in the order in which they are asked for, whatever their number in
    brackets: ``fit`` has Keras shuffle what it is given, but here the seed decides alone, and what comes next is
    prepared ahead. Predict with pictures that are not shuffled, or the answers are, and a warning says so.

    Args:
        batches: from ``amalthea.picture_batches``. Where all pictures of a batch are skipped, the batch after it comes
            in its place, because Keras cannot do with fewer.

    Raises:
        ArgumentError: as ``Batches.batch``, when a batch is asked for.
        ImageError: likewise; or every picture was skipped.
        MissingFileError: likewise.

    Example:
        >>> from amalthea.images import picture_batches
        >>> data = dataset(picture_batches(["elephant.jpg"], [1], size=32, shuffle=True, seed=7))
        >>> x, y = data[0]
        >>> x.shape, y.tolist()
        ((1, 32, 32, 3), [1])
    """
    return _Dataset(batches)


class _Dataset(keras.utils.PyDataset):  # type: ignore[misc]
    """Keras' own threads stay out of it: they carry batches of one epoch over into the next."""

    def __init__(self, batches: PictureBatches) -> None:
        super().__init__(workers=1)
        self._batches = batches
        self._epoch = 0  # Keras says already before the first epoch that one has ended
        self._pass = KerasPass()

    @property
    def num_batches(self) -> int | None:
        return self._pass.length(len(self))

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        epoch, position = self._pass.place(index, len(self), self._epoch)
        for later in range(position, position + len(self)):
            x, y = self._batches.batch(epoch, later % len(self))
            if len(x):
                return (x,) if y is None else (x, y)
        raise ImageError(f"No picture is left to train on or to predict. {self._batches.report()}")

    def on_epoch_begin(self) -> None:
        self._pass.begin_epoch()
        if self._batches.pictures.shuffle and _keras.predicting():
            warn(
                "predict answers in the order of the batches, which shuffle=True changes in every epoch. Make them "
                "with shuffle=False, so that answer i belongs to picture i."
            )

    def on_epoch_end(self) -> None:
        over = self._pass.end_epoch(len(self), self._epoch)
        if over is not None:
            self._epoch = over + 1
