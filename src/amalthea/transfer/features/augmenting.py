"""Which random changes a picture gets: always the same for the same seed, epoch and picture."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ...images import Augmentation, generator_of
from ...images.augmentation import opencv

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


def numbers_of(digests: Sequence[bytes | None]) -> list[int]:
    """A number for each picture, by which its changes are drawn.

    It comes from the content, so that the same picture gets the same changes in every part of a data set, as in cross
    validation, where features that are kept serve again. Copies of a picture get other changes than the first.

    Args:
        digests: SHA-256 of each picture; None where it cannot be read.
    """
    seen: Counter[bytes] = Counter()
    numbers = []
    for digest in digests:
        known = digest or b""
        numbers.append((int.from_bytes(known[:8], "big") + seen[known]) % _NUMBERS)
        seen[known] += 1
    return numbers
