"""What ends a moment later: a thread of TensorFlow that reads ahead outlives its training."""

import gc
import time
from collections.abc import Callable, Iterable
from weakref import ref

_PATIENCE = 30  # seconds


def soon(condition: Callable[[], bool]) -> bool:
    """Whether something becomes so, while garbage is collected."""
    end = time.monotonic() + _PATIENCE
    while True:
        gc.collect()
        if condition():
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.05)


def let_go(watched: Iterable[ref]) -> bool:
    """Whether all of them are gone soon."""
    return soon(lambda: all(each() is None for each in watched))
