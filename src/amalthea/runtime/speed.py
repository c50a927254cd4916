"""How fast a network answers on this machine."""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..catalog import variant

_BATCH = 32
_SECONDS = 0.5
_FEWEST = 3  # calls whose median counts, however long they take


class Speed(NamedTuple):
    """Medians over several rounds.

    Attributes:
        latency: seconds for one picture.
        throughput: pictures a second, in batches.
    """

    latency: float
    throughput: float


def measure_speed(name: str) -> Speed:
    """Run a network of the catalogue on this machine, at its own size of pictures, in batches of 32.

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
    from .factory import predictor

    classify = predictor(name, weights=None)
    [spec] = classify.runner.inputs
    sides = [variant(name).size if length is None else length for length in spec.shape[1:]]
    return speed_of(classify, np.random.default_rng(0).random((_BATCH, *sides), np.float32), _SECONDS)


def processor_name() -> str:
    """What this machine computes with, for tables and charts.

    Example:
        >>> len(processor_name()) > 0
        True
    """
    from .runners.openvino import processor_fact

    return str(processor_fact("FULL_DEVICE_NAME"))


def speed_of(
    answer: Callable[[Any], object], pictures: NDArray[np.generic] | Sequence[NDArray[np.generic]], seconds: float
) -> Speed:
    """The speed of anything that answers for arrays.

    Args:
        answer: called with the first picture alone, and with all of them.
        pictures: a batch; or several arrays of equal lengths, for what takes a list of them.
        seconds: about how long each of the two is called again and again; three times at least.
    """
    several = not isinstance(pictures, np.ndarray)
    first: Any = [array[:1] for array in pictures] if several else pictures[:1]
    count = len(pictures[0] if several else pictures)
    alone = median_seconds(lambda: answer(first), seconds)
    return Speed(alone, count / median_seconds(lambda: answer(pictures), seconds))


def median_seconds(call: Callable[[], object], limit: float) -> float:
    """The median of calls for about this many seconds, after one that may have to compile something."""
    call()
    times: list[float] = []
    while len(times) < _FEWEST or sum(times) < limit:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return median(times)
