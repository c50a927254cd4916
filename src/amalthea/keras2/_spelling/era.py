"""Which Keras a script was written for, where the same words meant different things."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

Era = Literal[1, 2]

_ERA: ContextVar[Era | None] = ContextVar("era", default=None)
_ACCURACY: ContextVar[str] = ContextVar("accuracy", default="acc")


def era() -> Era | None:
    """The Keras that the running script was written for: 1 or 2, None where nobody said."""
    return _ERA.get()


def accuracy_key() -> str:
    """What the history calls the metric "accuracy": ``acc`` up to Keras 2.2, ``accuracy`` from 2.3 on."""
    return _ACCURACY.get()


@contextmanager
def written_for(keras: Era | None, accuracy: str = "acc") -> Iterator[None]:
    """Let ``era`` and ``accuracy_key`` answer with these in the block."""
    tokens = _ERA.set(keras), _ACCURACY.set(accuracy)
    try:
        yield
    finally:
        _ERA.reset(tokens[0])
        _ACCURACY.reset(tokens[1])
