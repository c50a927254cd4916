"""Pictures in files and pictures in arrays: what identifies each, and its pixels."""

import hashlib
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError, ImageError, MissingFileError
from ...images import Preparation, read_resized
from ...storage import file_digests

Pictures: TypeAlias = Sequence[str | os.PathLike[str]] | NDArray[Any]
Problem: TypeAlias = ImageError | MissingFileError
Group: TypeAlias = list[tuple[int, NDArray[Any] | Problem]]  # pictures by their index, or why there is none


class Source(Protocol):
    """Pictures for a network."""

    @property
    def kind(self) -> str:
        """What the numbers of a picture are, in [0, 255]: ``"uint8"`` or ``"float32"``."""

    def digests(self) -> list[bytes | None]:
        """What a picture is, wherever it lies: 32 bytes. None where it cannot be read."""

    def read(self, wanted: Mapping[int, bytes | None], size: int) -> Generator[Group]:
        """Groups of at most ``size`` pictures, shape (H, W, 3), not scaled yet.

        Args:
            wanted: digests of pictures, by their index.
            size: of a group.
        """


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


@dataclass(frozen=True, slots=True)
class Files:
    """Picture files, decoded and resized by threads."""

    paths: Sequence[str | os.PathLike[str]]
    preparation: Preparation
    verify: bool
    kind: str = "uint8"

    def digests(self) -> list[bytes | None]:
        """See ``Source``."""
        return file_digests(self.paths, verify=self.verify)

    def read(self, wanted: Mapping[int, bytes | None], size: int) -> Generator[Group]:
        """See ``Source``. In the place of a file that changed after it was hashed there is an error."""
        paths = (self.paths[index] for index in wanted)
        pictures = read_resized(paths, self.preparation.size, self.preparation.interpolation)
        for group in _groups(zip(wanted, pictures, strict=True), size):
            now = file_digests([self.paths[index] for index, _ in group])
            same = [
                digest is not None and digest == wanted[index] for (index, _), digest in zip(group, now, strict=True)
            ]
            yield [
                (index, found if sound or not isinstance(found, np.ndarray) else self._changed(index))
                for (index, found), sound in zip(group, same, strict=True)
            ]

    def _changed(self, index: int) -> ImageError:
        return ImageError(f"{self.paths[index]} changed while it was read. Run again when it is complete.")


@dataclass(frozen=True, slots=True)
class Arrays:
    """Pictures in an array of shape (N, H, W, 3), RGB in [0, 255]. What is not uint8 is taken as float32."""

    pixels: NDArray[Any]

    @property
    def kind(self) -> str:
        """See ``Source``."""
        return "uint8" if self.pixels.dtype == np.uint8 else "float32"

    def digests(self) -> list[bytes | None]:
        """See ``Source``."""
        return [hashlib.sha256(np.ascontiguousarray(picture, self.kind).data).digest() for picture in self.pixels]

    def read(self, wanted: Mapping[int, bytes | None], size: int) -> Generator[Group]:
        """See ``Source``."""
        return _groups(((index, self.pixels[index].astype(self.kind, copy=False)) for index in wanted), size)


def _groups(items: Iterator[tuple[int, Any]], size: int) -> Generator[Group]:
    while group := list(islice(items, size)):
        yield group
