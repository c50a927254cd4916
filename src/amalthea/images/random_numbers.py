"""Random numbers that depend on what they are for, never on what was drawn before.

Whoever asks with the same (seed, epoch, index) gets the same numbers: in any order, on any number of threads, with any
size of batch. NumPy's global generator is neither read nor changed.
"""

import secrets

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError


def fresh_seed() -> int:
    """A seed in [0, 2³²) from the operating system, for whoever gave none: keep it, and the run can be repeated."""
    return secrets.randbits(32)


def check_seed(seed: object) -> None:
    """Refuse what is no seed before anything is drawn with it.

    Raises:
        ArgumentError: it is negative or no whole number.
    """
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ArgumentError(f"seed={seed!r}; a seed is a whole number from 0 on, or None where it may be left open.")


def generator_of(seed: int, epoch: int, index: int) -> np.random.Generator:
    """The generator of one sample in one epoch.

    Args:
        seed: of the whole run, from 0 on.
        epoch: from 0 on.
        index: of the sample, from 0 on.

    Example:
        >>> generator_of(7, 0, 3).random() == generator_of(7, 0, 3).random()
        True
        >>> generator_of(7, 0, 3).random() == generator_of(7, 1, 3).random()
        False
    """
    # Not default_rng((seed, epoch, index)): there 2³² + 5 followed by 0 would be the same as 5 followed by 1.
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(epoch, index))))


def epoch_order(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """The order in which the samples of a shuffled epoch come.

    Args:
        count: of samples.
        seed: of the whole run, from 0 on.
        epoch: from 0 on.

    Returns:
        The numbers from 0 to count - 1, each once; the same as ``numpy.random.default_rng((seed, epoch))`` permutes.

    Example:
        >>> sorted(epoch_order(4, seed=7, epoch=0).tolist())
        [0, 1, 2, 3]
    """
    return np.random.default_rng((seed, epoch)).permutation(count)
