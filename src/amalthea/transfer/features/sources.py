"""Pictures in files and pictures in arrays: what identifies each, and its pixels."""

import hashlib
import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError, ImageError, MissingFileError
from ...images import Preparation, read_resized
from ...storage import each_file_digest, file_digests

Pictures: TypeAlias = Sequence[str | os.PathLike[str]] | NDArray[Any]
Problem: TypeAlias = ImageError | MissingFileError
Group: TypeAlias = list[tuple[int, NDArray[Any] | Problem]]  # pictures by their index, or why there is none
Digests: TypeAlias = NDArray[np.uint8]  # SHA-256 of each picture, shape (N, 32)

UNREADABLE = bytes(32)  # the digest of a picture that cannot be read


class Source(Protocol):
    """Pictures for a network."""

    @property
    def kind(self) -> str:
        """What the numbers of a picture are, in [0, 255]: ``"uint8"`` or ``"float32"``."""

    @property
    def digests(self) -> Digests:
        """What each picture is, wherever it lies. ``UNREADABLE`` where it cannot be read."""

    def read(self, wanted: NDArray[np.int64], size: int) -> Generator[Group]:
        """Groups of at most ``size`` pictures, shape (H, W, 3), not scaled yet.

        Args:
            wanted: indices of pictures.
            size: of a group.
        """


def digests_of(each: Iterable[bytes | None], count: int) -> Digests:
    """A number of digests, None where there is none, in the least memory."""
    together = np.empty((count, len(UNREADABLE)), np.uint8)
    for row, digest in zip(together, each, strict=True):
        row[:] = memoryview(digest or UNREADABLE)
    return together


def source_of(pictures: Pictures, preparation: Preparation, *, verify: bool = False) -> Source:
    """The source for what ``extract`` takes.

    Raises:
        ArgumentError: an array of another shape or type, or no pictures at all.
    """
    if isinstance(pictures, np.ndarray):
        rows, columns = preparation.size
        if pictures.ndim != 4 or pictures.shape[1:] != (rows, columns, 3) or pictures.dtype.kind not in "iuf":
            raise ArgumentError(
                f"Pictures in memory are an array of shape (N, {rows}, {columns}, 3), RGB in [0, 255]; given was "
                f"{pictures.shape} of type {pictures.dtype}. Resize them with amalthea.images.resize, or give paths."
            )
        return Arrays(pictures)
    if isinstance(pictures, str | bytes | os.PathLike):
        raise ArgumentError(f"pictures={pictures!r}; allowed is a list of paths, or an array of shape (N, H, W, 3).")
    return Files(pictures, preparation, verify)


@dataclass(frozen=True)
class Files:
    """Picture files, decoded and resized by threads."""

    paths: Sequence[str | os.PathLike[str]]
    preparation: Preparation
    verify: bool
    kind: str = "uint8"

    @cached_property
    def digests(self) -> Digests:
        """See ``Source``."""
        return digests_of(each_file_digest(self.paths, verify=self.verify), len(self.paths))

    def read(self, wanted: NDArray[np.int64], size: int) -> Generator[Group]:
        """See ``Source``. In the place of a file that changed after it was hashed there is an error."""
        paths = (self.paths[index] for index in wanted)
        pictures = read_resized(paths, self.preparation.size, self.preparation.interpolation)
        for group in _groups(wanted, pictures, size):
            now = file_digests([self.paths[index] for index, _ in group])
            yield [
                (index, self._unchanged(index, found, digest))
                for (index, found), digest in zip(group, now, strict=True)
            ]

    def _unchanged(self, index: int, found: NDArray[Any] | Problem, now: bytes | None) -> NDArray[Any] | Problem:
        """What was read from a file, if that is still what it was when it was hashed."""
        if not isinstance(found, np.ndarray) or now == self.digests[index].tobytes():
            return found
        return ImageError(f"{self.paths[index]} changed while it was read. Run again when it is complete.")


@dataclass(frozen=True)
class Arrays:
    """Pictures in an array of shape (N, H, W, 3), RGB in [0, 255]. What is not uint8 is taken as float32."""

    pixels: NDArray[Any]

    @property
    def kind(self) -> str:
        """See ``Source``."""
        return "uint8" if self.pixels.dtype == np.uint8 else "float32"

    @cached_property
    def digests(self) -> Digests:
        """See ``Source``."""
        pictures = (np.ascontiguousarray(picture, self.kind).data for picture in self.pixels)
        return digests_of((hashlib.sha256(picture).digest() for picture in pictures), len(self.pixels))

    def read(self, wanted: NDArray[np.int64], size: int) -> Generator[Group]:
        """See ``Source``."""
        return _groups(wanted, (self.pixels[index].astype(self.kind, copy=False) for index in wanted), size)


def _groups(indices: NDArray[np.int64], found: Iterator[Any], size: int) -> Generator[Group]:
    pairs = zip(map(int, indices), found, strict=True)
    while group := list(islice(pairs, size)):
        yield group
