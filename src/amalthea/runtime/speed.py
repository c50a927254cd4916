"""How fast a network answers on this machine."""

import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import numpy as np

from ..catalog import variant
from .factory import predictor

_ROUNDS = 5
_BATCH = 32


class Speed(NamedTuple):
    """Medians over several rounds.

    Attributes:
        latency: seconds for one picture.
        throughput: pictures a second, in batches of 32.
    """

    latency: float
    throughput: float


def measure_speed(name: str) -> Speed:
    """Run a network of the catalogue on this machine, at its own size of pictures.

    It is built with random weights, since a file would make it neither faster nor slower: nothing is downloaded.
    Decoding and scaling pictures is not part of the figures.

    Args:
        name: of the catalogue.

    Raises:
        UnknownModelError: the catalogue has no such name.

    Example:
        >>> measure_speed("EfficientNetLite0").latency < 60
        True
    """
    classify = predictor(name, weights=None)
    [spec] = classify.runner.inputs
    sides = [variant(name).size if length is None else length for length in spec.shape[1:]]
    batch = np.random.default_rng(0).random((_BATCH, *sides), np.float32)
    return Speed(_seconds(lambda: classify(batch[:1])), _BATCH / _seconds(lambda: classify(batch)))


def _seconds(call: Callable[[], object]) -> float:
    """The median of several calls, after one that compiles the network."""
    call()
    times = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return median(times)
