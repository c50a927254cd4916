"""Whether a file is the right one: the one that was published, or else the first one that filled a network."""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..catalog import WeightFile, list_models, variant
from ..errors import BrokenWeightsError, WeightsError
from ..storage import atomic_file, digest, models_folder, stamp, stamped_digest, weight_folders
from .formats import read_weights


class ExpectedHash(NamedTuple):
    """The hash that a file must have.

    Attributes:
        algorithm: as ``hashlib`` names it.
        value: lower-case hexadecimal.
        record: the file that keeps it where nobody published one; else None.
    """

    algorithm: str
    value: str
    record: Path | None = None

    def __str__(self) -> str:
        first = f", that of the first file used; to accept another one, delete {self.record}" if self.record else ""
        return f"{self.algorithm} {self.value}{first}"


def expected_hash(file: WeightFile) -> ExpectedHash | None:
    """The stronger of the published hashes; where there is none, that of the first file used; None before that."""
    if file.sha256:
        return ExpectedHash("sha256", file.sha256)
    if file.md5:
        return ExpectedHash("md5", file.md5)
    record = record_of(file.name)
    try:
        kept = re.match("[0-9a-f]{64}", record.read_text(encoding="utf-8").lower())
    except (OSError, ValueError):
        return None
    return ExpectedHash("sha256", kept.group(), record) if kept else None


def is_genuine(path: Path, file: WeightFile) -> bool:
    """Whether the file at this path can be read and has the expected hash; any file has where none is known."""
    # Not Path.is_file: that raises in a folder that may not be searched.
    if not os.path.isfile(path):
        return False
    expected = expected_hash(file)
    try:
        return expected is None or stamped_digest(path, expected.algorithm) == expected.value
    except OSError:
        return False


def require_weights(path: Path, file: WeightFile) -> None:
    """Refuses what is no weight file at all, where no hash is known yet that would tell.

    Raises:
        BrokenWeightsError: it is none.
    """
    if expected_hash(file) is None and not _holds_weights(path):
        raise BrokenWeightsError(f"{path} is no weight file. Delete it, and fetch it anew.")


def record_first(path: Path, file: WeightFile) -> None:
    """Holds all later files to one that has filled its network, where nobody published a hash, and none did before.

    The hash is kept beside the cached weights, in the form of the command ``sha256sum``. A folder that cannot be
    written keeps none.

    Args:
        path: where ``find_weights`` found it.
        file: from the catalogue.

    Example:
        >>> record_first(Path("my_weights.h5"), variant("MobileNet").file(top=True))
    """
    if expected_hash(file) is None:
        with suppress(OSError), atomic_file(record_of(file.name), setting="KERAS_HOME") as temporary:
            temporary.write_text(f"{stamped_digest(path, 'sha256')}  {file.name}\n", encoding="utf-8")


def stamp_genuine(path: Path, file: WeightFile, verified: os.stat_result) -> None:
    """Spare the next process the hashing of a file that was verified before it got its name."""
    expected = expected_hash(file)
    with suppress(OSError):
        now = path.stat()
        # All that a new name leaves as it was.
        same = (now.st_size, now.st_mtime_ns, now.st_ino) == (verified.st_size, verified.st_mtime_ns, verified.st_ino)
        if expected and same:
            stamp(path, expected.algorithm, expected.value, now)


def problem_with(path: Path, file: WeightFile) -> str | None:
    """What a file is that is not the expected one, in a few words; None for the right one."""
    expected = expected_hash(file)
    if expected:
        actual = digest(path, expected.algorithm)
        return None if actual == expected.value else f"another file, with {expected.algorithm} {actual}"
    # A login page of a hotel's network would be kept under the official name for ever.
    return None if _holds_weights(path) else "something that is no weight file"


def _holds_weights(path: Path) -> bool:
    try:
        read_weights(path)
    except (WeightsError, OSError):
        return False
    return True


def is_unverified(path: Path) -> bool:
    """Whether its name alone makes this an official file: no hash was published, and none of its name was used yet."""
    files = [file for name in list_models() for file in variant(name).files if file.name == path.name]
    searched = path.parent in (models_folder(), *weight_folders())
    return searched and any(expected_hash(file) is None for file in files)


def record_of(name: str) -> Path:
    """The file that keeps the hash of the first weight file used of this name, where nobody published one."""
    return models_folder() / f"{name}.sha256"
