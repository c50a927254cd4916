"""Which weights Keras' own ``EarlyStopping`` has left in a classifier."""

from collections.abc import Sequence
from math import nan
from typing import Any

from ..training.watching import History


def tell_given_back(callbacks: Sequence[Any], history: History) -> None:
    """Tell in a history whose weights a callback has given back when a training ended, if one did.

    Args:
        callbacks: of the training; the last one of several had the last word. Where it had ended in an earlier run,
            they remember what theirs knew, but for the weights.
        history: gets ``kept``, see ``train``, unless it has that already, for then the best weights were given back
            after all callbacks.
    """
    import keras

    stopping = [one for one in callbacks if isinstance(one, keras.callbacks.EarlyStopping)]
    given_back = [one.best_epoch + 1 for one in stopping if one.restore_best_weights and one.best is not None]
    if given_back and "kept" not in history:
        history["kept"] = [nan] * (len(history["loss"]) - 1) + given_back[-1:]
