"""Seeds that follow from what a script tells NumPy: ``np.random.seed(1)`` makes its run reproducible, as it did."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from threading import Lock
from typing import Any

import numpy as np


class _Seeds:
    """One seed after the other. It belongs to NumPy's global state, of which there is one in a process, too."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state = b""
        self._drawn = 0

    def draw(self) -> int:
        state = b"".join(_numbers(np.random.get_state(legacy=False)))
        with self._lock:
            self._drawn = self._drawn + 1 if state == self._state else 0
            self._state = state
            digest = blake2b(state + self._drawn.to_bytes(8, "little"), digest_size=4).digest()
        return int.from_bytes(digest, "little") >> 1


def _numbers(state: Any) -> Iterator[bytes]:
    """What a state of NumPy's generator consists of."""
    if isinstance(state, dict):
        for part in state.values():
            yield from _numbers(part)
    else:
        yield state.tobytes() if isinstance(state, np.ndarray) else repr(state).encode()


_SEEDS = _Seeds()


def next_seed() -> int:
    """A seed for initial weights, dropout, orders or the like, another one with each call.

    It follows from NumPy's global state, which is read and never changed, and from how many were drawn since that state
    came about. Where a script calls ``np.random.seed`` twice with the same number, and draws nothing in between, that
    cannot be seen: the seeds go on.

    Returns:
        A number in [0, 2**31).
    """
    return _SEEDS.draw()


@contextmanager
def seeded_as_numpy() -> Iterator[None]:
    """Let what Keras draws at random, while it builds layers, follow from NumPy's seed.

    Layers that are built without a seed take theirs from Python's generator (``make_default_seed``, Keras 3.15.1). It
    goes on afterwards as if nobody had.
    """
    before = random.getstate()
    random.seed(next_seed())
    try:
        yield
    finally:
        random.setstate(before)
