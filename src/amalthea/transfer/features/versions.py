"""Several versions of each picture, augmented once and for all, so that their features can be kept."""

import hashlib
import json
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .augmenting import Augmenting, numbers_of, opencv_version
from .sources import Group, Pictures, Problem, Source

_FORMAT = 1  # raised whenever the same changes give other pixels, so that features of an older version are not used


class Versions(NamedTuple):
    """Pictures, of which ``extract`` shall take versions.

    Attributes:
        pictures: paths or an array, as for ``extract``.
        augmenting: makes the versions.
        numbers: of the versions that are wanted, each once.
    """

    pictures: Pictures
    augmenting: Augmenting
    numbers: Sequence[int]


@dataclass(frozen=True, eq=False)
class AugmentedSource:
    """Versions of the pictures of another source; a ``Source``.

    Version ``numbers[v]`` of picture ``p`` has index ``v * N + p``.

    Attributes:
        source: of the N pictures, each of which is read once for all its versions.
        augmenting: makes the versions.
        numbers: of the versions.
    """

    source: Source
    augmenting: Augmenting
    numbers: Sequence[int]

    @property
    def kind(self) -> str:
        """See ``Source``."""
        return self.source.kind

    def digests(self) -> list[bytes | None]:
        """See ``Source``."""
        given = [_FORMAT, asdict(self.augmenting.augmentation), self.augmenting.seed, opencv_version()]
        pictures = list(zip(self._digests, self._numbers, strict=True))
        return [
            digest and _digest(digest, [*given, version, number])
            for version in self.numbers
            for digest, number in pictures
        ]

    def read(self, wanted: Mapping[int, bytes | None], size: int) -> Generator[Group]:
        """See ``Source``."""
        versions: dict[int, list[int]] = {}  # their places in ``numbers``, by the picture
        for index in wanted:
            place, picture = divmod(index, len(self._digests))
            versions.setdefault(picture, []).append(place)
        originals = {picture: self._digests[picture] for picture in versions}
        # So many that all versions of a group are about ``size``, and no remainder for runners that compute by fours.
        count = max(size // max(map(len, versions.values())) // 4 * 4, 4)
        with (
            ThreadPoolExecutor(thread_name_prefix="amalthea-versions") as threads,
            closing(self.source.read(originals, count)) as groups,
        ):
            for group in groups:
                pictures, found = zip(*group, strict=True)
                parts = threads.map(self._versions, pictures, found, map(versions.__getitem__, pictures))
                yield list(chain.from_iterable(parts))

    def _versions(self, picture: int, found: NDArray[Any] | Problem, places: list[int]) -> Group:
        """Some versions of a picture by their index; or for each of them, why there is none."""
        count, number = len(self._digests), self._numbers[picture]
        return [
            (place * count + picture, self.augmenting.augmented(found, self.numbers[place], number))
            if isinstance(found, np.ndarray)
            else (place * count + picture, found)
            for place in places
        ]

    @cached_property
    def _digests(self) -> list[bytes | None]:
        return self.source.digests()

    @cached_property
    def _numbers(self) -> list[int]:
        return numbers_of(self._digests)


def _digest(picture: bytes, changes: list[Any]) -> bytes:
    return hashlib.sha256(picture + json.dumps(changes, sort_keys=True, default=float).encode()).digest()
