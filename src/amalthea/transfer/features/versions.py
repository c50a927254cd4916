"""Several versions of each picture, augmented once and for all, so that their features can be kept."""

import hashlib
import json
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .augmenting import Augmenting, numbers_of, opencv_version
from .sources import Digests, Group, Pictures, Problem, Source, digests_of

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

    @cached_property
    def digests(self) -> Digests:
        """See ``Source``."""
        given = [_FORMAT, asdict(self.augmenting.augmentation), self.augmenting.seed, opencv_version()]
        pictures = self.source.digests
        each = (
            _digest(digest.tobytes(), [*given, version, int(number)]) if digest.any() else None
            for version in self.numbers
            for digest, number in zip(pictures, self._drawn_by, strict=True)
        )
        return digests_of(each, len(self.numbers) * len(pictures))

    def read(self, wanted: NDArray[np.int64], size: int) -> Generator[Group]:
        """See ``Source``."""
        is_wanted = np.zeros((len(self.numbers), len(self.source.digests)), bool)
        is_wanted.flat[wanted] = True
        # So many that all versions of a group are about ``size``, and no remainder for runners that compute by fours.
        count = max(size // int(is_wanted.sum(axis=0).max()) // 4 * 4, 4)
        with (
            ThreadPoolExecutor(thread_name_prefix="amalthea-versions") as threads,
            closing(self.source.read(np.flatnonzero(is_wanted.any(axis=0)), count)) as groups,
        ):
            for group in groups:
                pictures, found = zip(*group, strict=True)
                places = (np.flatnonzero(is_wanted[:, picture]).tolist() for picture in pictures)
                yield list(chain.from_iterable(threads.map(self._versions, pictures, found, places)))

    def _versions(self, picture: int, found: NDArray[Any] | Problem, places: list[int]) -> Group:
        """Some versions of a picture by their index; or for each of them, why there is none."""
        count, number = len(self._drawn_by), int(self._drawn_by[picture])
        return [
            (place * count + picture, self.augmenting.augmented(found, self.numbers[place], number))
            if isinstance(found, np.ndarray)
            else (place * count + picture, found)
            for place in places
        ]

    @cached_property
    def _drawn_by(self) -> NDArray[np.int64]:
        """The number of each picture, see ``numbers_of``."""
        return numbers_of(self.source.digests)


def _digest(picture: bytes, changes: list[Any]) -> bytes:
    return hashlib.sha256(picture + json.dumps(changes, sort_keys=True, default=float).encode()).digest()
