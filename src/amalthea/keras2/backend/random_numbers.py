"""Random tensors, whose numbers go by NumPy's global seed as those of Keras 1 and 2 did."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras
from keras import ops

from .._randomness import next_seed
from .._spelling import Spelling
from .._spelling.functions import spelt

__all__ = ["dropout", "random_bernoulli", "random_binomial", "random_normal", "random_uniform", "truncated_normal"]

_GENERATOR: ContextVar[Any] = ContextVar("generator", default=None)


@contextmanager
def drawing_from(generator: Any) -> Iterator[None]:
    """Let random tensors in this block, whose call names no seed, be drawn from a ``keras.random.SeedGenerator``.

    A layer that computes the user's own functions keeps one: what TensorFlow and JAX compile would otherwise draw the
    same numbers in every step.
    """
    token = _GENERATOR.set(generator)
    try:
        yield
    finally:
        _GENERATOR.reset(token)


class OwnRandomness:
    """Mixed in before a layer that computes the user's own function, it has the random tensors in there drawn anew.

    What TensorFlow and JAX compile would draw the same numbers in every step, if these came from a fixed seed. Layers
    that were adopted, not made, go without.
    """

    _generator: Any = None

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self._generator = keras.random.SeedGenerator(next_seed())

    def __call__(self, *positional: Any, **named: Any) -> Any:
        """Call the layer."""
        with drawing_from(self._generator):
            return super().__call__(*positional, **named)  # type: ignore[misc] # of the layer


def computes_now() -> bool:
    """Whether tensors have values here; not so in what a backend traces to compile it."""
    try:
        ops.convert_to_numpy(ops.zeros(()))
    except (NotImplementedError, TypeError, RuntimeError):
        return False
    return True


@spelt(Spelling(renamed={"std": "stddev"}))
def random_normal(
    shape: Sequence[Any], mean: float = 0.0, stddev: float = 1.0, dtype: str | None = None, seed: int | None = None
) -> Any:
    """A tensor drawn from a normal distribution."""
    return keras.random.normal(tuple(shape), mean, stddev, dtype, _seed(seed))


@spelt(Spelling(renamed={"low": "minval", "high": "maxval"}))
def random_uniform(
    shape: Sequence[Any], minval: float = 0.0, maxval: float = 1.0, dtype: str | None = None, seed: int | None = None
) -> Any:
    """A tensor drawn evenly from between two numbers."""
    return keras.random.uniform(tuple(shape), minval, maxval, dtype, _seed(seed))


def random_bernoulli(shape: Sequence[Any], p: float = 0.0, dtype: str | None = None, seed: int | None = None) -> Any:
    """A tensor of 0 and 1, each of which is 1 with probability ``p``."""
    return ops.cast(random_uniform(shape, seed=seed) <= p, dtype or keras.config.floatx())


def random_binomial(shape: Sequence[Any], p: float = 0.0, dtype: str | None = None, seed: int | None = None) -> Any:
    """A tensor of 0 and 1, each of which is 1 with probability ``p``."""
    return random_bernoulli(shape, p, dtype, seed)


@spelt(Spelling(renamed={"std": "stddev"}))
def truncated_normal(
    shape: Sequence[Any], mean: float = 0.0, stddev: float = 1.0, dtype: str | None = None, seed: int | None = None
) -> Any:
    """A tensor drawn from a normal distribution, but never further than two deviations from its mean."""
    return keras.random.truncated_normal(tuple(shape), mean, stddev, dtype, _seed(seed))


def dropout(x: Any, level: float, noise_shape: Sequence[int] | None = None, seed: int | None = None) -> Any:
    """A tensor with this fraction of its numbers set to 0, and the others raised to make up for it."""
    return keras.random.dropout(ops.convert_to_tensor(x), level, noise_shape, _seed(seed))


def _seed(seed: int | None) -> Any:
    """What Keras takes for a seed; None, its own generator, in what TensorFlow compiles outside of our layers."""
    if seed is not None:
        return int(seed)
    generator = _GENERATOR.get()
    if generator is not None:
        return generator
    return next_seed() if computes_now() else None
