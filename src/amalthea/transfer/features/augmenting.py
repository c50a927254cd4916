"""Which random changes a picture gets: always the same for the same seed, epoch and picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...images import Augmentation, generator_of
from ...images.augmentation import opencv
from .sources import Digests

_NUMBERS = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmenting:
    """How the pictures of each epoch differ from those in the files.

    Attributes:
        augmentation: what may happen to them.
        seed: chooses what does.
        versions: how many of each picture there are, which the epochs take in turn; None makes a new one in each.
        begun: epochs that came before, so that a second training goes on where the first one ended.

    Raises:
        MissingDependencyError: OpenCV is not installed.
    """

    augmentation: Augmentation
    seed: int = 0
    versions: int | None = None
    begun: int = 0

    def __post_init__(self) -> None:
        opencv_version()  # before hours of work

    def version(self, epoch: int) -> int:
        """Which version of each picture an epoch takes, both counted from 0."""
        epoch += self.begun
        return epoch if self.versions is None else epoch % self.versions

    def taken(self, epochs: int) -> list[int]:
        """The versions that a number of epochs take, each once, sorted."""
        return sorted({self.version(epoch) for epoch in range(min(epochs, self.versions or epochs))})

    def augmented(self, picture: NDArray[Any], version: int, number: int) -> NDArray[Any]:
        """A version of a picture.

        Args:
            picture: shape (H, W, 3), RGB in [0, 255]; it is not changed.
            version: from 0.
            number: of the picture, see ``numbers_of``.

        Returns:
            Of the same shape, type and range.
        """
        rows, columns = picture.shape[:2]
        generator = generator_of(self.seed, version, number)
        return self.augmentation.draw(rows, columns, generator).apply(picture)


def opencv_version() -> str:
    """Of the package that changes the pictures; another version may give other pixels.

    Raises:
        MissingDependencyError: it is not installed.
    """
    return str(opencv().__version__)


def numbers_of(digests: Digests) -> NDArray[np.int64]:
    """A number for each picture, by which its changes are drawn.

    It comes from the content, so that the same picture gets the same changes in every part of a data set, as in cross
    validation, where features that are kept serve again. Copies of a picture get other changes than the first.

    Args:
        digests: of the pictures.

    Returns:
        Shape (N,).
    """
    beginnings = digests[:, :8].copy().view(">u8")[:, 0]
    return ((beginnings + _copies_before(digests)) % _NUMBERS).astype(np.int64)


def _copies_before(digests: Digests) -> NDArray[np.uint64]:
    """How many of the pictures before each one are the same."""
    whole = np.ascontiguousarray(digests).view(f"V{digests.shape[1]}")[:, 0]
    order = np.argsort(whole, kind="stable")
    whole = whole[order]
    places = np.arange(len(order), dtype=np.uint64)
    firsts = places.copy()  # of those that are the same
    firsts[1:][whole[1:] == whole[:-1]] = 0
    copies = np.empty_like(places)
    copies[order] = places - np.maximum.accumulate(firsts)
    return copies
