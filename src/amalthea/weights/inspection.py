"""What the weight files on this machine really hold."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..catalog import WeightFile, list_models, variant
from ..errors import AmaltheaError, WeightsMismatchError
from ..storage import renewed_digest
from .location import local_candidates
from .verification import ExpectedHash, expected_hash, record_of


class Condition(StrEnum):
    """What became of a file."""

    GOOD = "good"
    """It has the published hash, or that of the first file used."""
    DAMAGED = "damaged"
    """It has another hash than the published one, or cannot be read."""
    DIFFERENT = "different"
    """It has another hash than the first file used, and nobody published which is right."""
    FOREIGN = "foreign"
    """It is another known file, such as the ResNet50 of Keras 2 under the name of today's."""
    UNRECORDED = "unrecorded"
    """It is a weight file, but nobody published its hash, and none of its name was used yet."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """A file on this machine that was read from its first byte to its last.

    Attributes:
        model: name of the network.
        file: the row in the catalogue of what should be there.
        path: where.
        condition: what is there.
        hash: its hash, of the algorithm that is expected, else SHA-256; empty if it cannot be read.
    """

    model: str
    file: WeightFile
    path: Path
    condition: Condition
    hash: str

    @property
    def advice(self) -> str:
        """What is wrong with it, and what to do, in one sentence about the path; empty if nothing is."""
        if self.condition is Condition.DAMAGED:
            return f"{self.path} is damaged, or another file. Delete it, and it is fetched anew."
        if self.condition is Condition.DIFFERENT:
            return (
                f"{self.path} differs from the first file used, whose hash {record_of(self.file.name)} keeps; nobody "
                "published which is right. If this one is, delete that."
            )
        return ""


def inspect_weights(pattern: str = "*") -> Iterator[Inspection]:
    """Hash every weight file on this machine, whatever is remembered of it.

    Args:
        pattern: as a shell has it, of the models' names.
    """
    for name in list_models(pattern):
        for file in variant(name).files:
            for path in dict.fromkeys(local_candidates(file)):
                if os.path.lexists(path):
                    yield _inspected(name, file, path)


def _inspected(model: str, file: WeightFile, path: Path) -> Inspection:
    expected = expected_hash(file)
    algorithm = expected.algorithm if expected else "sha256"
    try:
        actual = renewed_digest(path, algorithm)
    except OSError:
        return Inspection(model, file, path, Condition.DAMAGED, "")
    good = expected is not None and actual == expected.value
    condition = Condition.GOOD if good else _condition(path, actual, expected)
    return Inspection(model, file, path, condition, actual)


def _condition(path: Path, actual: str, expected: ExpectedHash | None) -> Condition:
    """Of a file without the right hash."""
    # Here, because h5py takes long to import, and a good file need not be opened.
    from .checkpoints import recognise
    from .formats import read_weights

    files = [file for name in list_models() for file in variant(name).files]
    if any(actual in (file.md5, file.sha256) for file in files):
        return Condition.FOREIGN
    try:
        if recognise(read_weights(path), source=str(path)):
            return Condition.FOREIGN
    except WeightsMismatchError:  # of another maker, but no network of the collection
        return Condition.FOREIGN
    except AmaltheaError:
        return Condition.DAMAGED
    if expected is None:
        return Condition.UNRECORDED
    return Condition.DIFFERENT if expected.record else Condition.DAMAGED
