"""Samples that several tests make batches of, and the threads that prepare them."""

import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from amalthea.errors import ImageError, MissingFileError
from amalthea.images import Batches

NAMES = [f"cats/{number:02}.jpg" for number in range(23)]


def noisy(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Its index and random numbers, after a time that no two samples have in common."""
    time.sleep((index * 7 % 5) / 5000)
    return np.array([index, *generator.random(3)])


def broken(*unusable: int) -> Callable[[int, np.random.Generator], NDArray[np.float64]]:
    def sample(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
        if index in unusable:
            raise (MissingFileError if index % 2 else ImageError)("it is damaged")
        return noisy(index, generator)

    return sample


def indices_of(batches: Batches, epoch: int) -> list[list[int]]:
    return [indices.tolist() for _, indices in batches.epoch(epoch)]


def picture_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "amalthea-pictures"]


def wait_until(condition: Callable[[], bool]) -> None:
    """For a minute at most: other programs may take the processors meanwhile."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited for a minute"
        time.sleep(0.005)
