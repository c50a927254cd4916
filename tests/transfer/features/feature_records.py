"""Digests and records that follow from a number, so that whoever finds one knows what it must be."""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np

from amalthea.transfer.features.store import FeatureSet

WIDTH = 100
KEY = "ab" * 32


def digest(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()


def digests(numbers: Iterable[int]) -> list[bytes]:
    return [digest(number) for number in numbers]


def records(numbers: Iterable[int], width: int = WIDTH, dtype: str = "float32") -> np.ndarray:
    rows = [np.frombuffer(hashlib.shake_128(b"%d" % number).digest(width), np.int8) for number in numbers]
    return np.stack(rows).astype(dtype)


def found_right(features: FeatureSet, numbers: Sequence[int]) -> list[int]:
    """The numbers whose records are found, each of which must be the right one."""
    rows = features.find(digests(numbers))
    everything = features.records()
    present = [number for number in numbers if digest(number) in rows]
    for number in present:
        np.testing.assert_array_equal(everything[rows[digest(number)]], records([number])[0])
    return present
