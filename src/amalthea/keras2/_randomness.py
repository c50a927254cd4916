"""Seeds that follow from what a script tells NumPy: ``np.random.seed(1)`` makes its run reproducible, as it did.

``tf.set_random_seed(1)`` does so, too; from then on, seeds follow from that number instead.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from threading import Lock
from typing import Any

import numpy as np

# NumPy keeps the second number of a normal pair for the next call. While it has none kept, nobody reads that field, and
# np.random.seed empties it: what stands there tells whether seeds were drawn since, and changes no number of NumPy's.
_DRAWN_SINCE = 1.0


class _Seeds:
    """One seed after the other. They belong to the global states of NumPy and TensorFlow, one of each in a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state = b""
        self._told: int | None = None
        self._drawn = 0

    def follow(self, number: int | None) -> None:
        with self._lock:
            self._told, self._state = number, b""

    def draw(self) -> int:
        with self._lock:
            state, seeded = _state_of_numpy() if self._told is None else (f"told {self._told}".encode(), False)
            self._drawn = self._drawn + 1 if state == self._state and not seeded else 0
            self._state = state
            digest = blake2b(state + self._drawn.to_bytes(8, "little"), digest_size=4).digest()
        return int.from_bytes(digest, "little") >> 1


def _state_of_numpy() -> tuple[bytes, bool]:
    """What decides the numbers of NumPy's global generator, and whether no seed was drawn since it was given a seed."""
    state: Any = np.random.get_state(legacy=False)
    seeded = not state["has_gauss"] and state["gauss"] != _DRAWN_SINCE
    if seeded:
        np.random.set_state(state | {"gauss": _DRAWN_SINCE})
    if not state["has_gauss"]:
        state["gauss"] = 0.0
    return b"".join(_numbers(state)), seeded


def _numbers(state: Any) -> Iterator[bytes]:
    """What a state of NumPy's generator consists of."""
    if isinstance(state, dict):
        for part in state.values():
            yield from _numbers(part)
    else:
        yield state.tobytes() if isinstance(state, np.ndarray) else repr(state).encode()


_SEEDS = _Seeds()


def follow(number: int | None) -> None:
    """Let seeds follow from a number and how many were drawn since, instead of NumPy's state; None: from that again."""
    _SEEDS.follow(number)


def next_seed() -> int:
    """A seed for initial weights, dropout, orders or the like, another one with each call.

    It follows from NumPy's global state, and from how many were drawn since that state came about, or since
    ``np.random.seed`` was called. The numbers that NumPy draws do not change. Where the same seed is told again, and an
    odd count of normal numbers is drawn after it, as before, that cannot be seen: the seeds go on.

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
