"""Hashes of files, computed once for as long as a file stays as it is."""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..errors import StorageError
from .files import atomic_file
from .folders import cache_folder

# Nanoseconds. No file system keeps times more coarsely: FAT has even seconds.
_COARSEST = 2 * 10**9


def digest(path: Path, algorithm: str) -> str:
    """The hash of a file in lower-case hexadecimal, whatever its size.

    Args:
        path: a file that exists.
        algorithm: a name that ``hashlib`` knows, such as ``"md5"`` or ``"sha256"``.

    Example:
        >>> Path("abc.txt").write_text("abc")
        3
        >>> digest(Path("abc.txt"), "md5")
        '900150983cd24fb0d6963f7d28e17f72'
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def stamped_digest(path: Path, algorithm: str) -> str:
    """As ``digest``, but a file that has not changed since is not read again.

    The cache folder keeps a stamp for each file: its hash beside its size, times and inode. A stamp that is damaged or
    cannot be written costs a second reading, never a wrong answer.

    Args:
        path: as for ``digest``.
        algorithm: as for ``digest``.
    """
    return stamped(path, algorithm) or renewed_digest(path, algorithm)


def renewed_digest(path: Path, algorithm: str) -> str:
    """As ``digest``; what ``stamped_digest`` knows of the file is renewed.

    Args:
        path: as for ``digest``.
        algorithm: as for ``digest``.
    """
    before = path.stat()
    computed = digest(path, algorithm)
    if settled(before):
        stamp(path, algorithm, computed, before)
    else:
        with suppress(OSError):
            _stamp_file(path, algorithm).unlink(missing_ok=True)
    return computed


def identity(status: os.stat_result) -> list[int]:
    """What changes with a file: size, time of its content and of its entry, inode. Its time alone can be set."""
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def identity_of_content(status: os.stat_result) -> list[int]:
    """The same without the time of the entry, which changes whenever somebody notes that he has used the file."""
    return [status.st_size, status.st_mtime_ns, status.st_ino]


def stamp(
    path: Path,
    algorithm: str,
    value: str,
    before: os.stat_result,
    known_by: Callable[[os.stat_result], list[int]] = identity,
) -> None:
    """Keep the hash of a file for ``stamped_digest``, unless the file has changed since it was hashed.

    Args:
        path: of a file that is complete.
        algorithm: as for ``digest``, or another name for what is hashed.
        value: its hash.
        before: the status of the file before it was hashed.
        known_by: what changes with the file.
    """
    if known_by(path.stat()) != known_by(before):
        return
    content = {"path": os.path.abspath(path), "identity": known_by(before), "hash": value}
    with suppress(StorageError), atomic_file(_stamp_file(path, algorithm), setting="AMALTHEA_CACHE") as temporary:
        temporary.write_text(json.dumps(content), encoding="utf-8")


def stamped(path: Path, algorithm: str, known_by: Callable[[os.stat_result], list[int]] = identity) -> str | None:
    """The hash that is kept of a file; None where there is none, or the file has changed since.

    Args:
        path: as for ``stamp``.
        algorithm: the same.
        known_by: the same.

    Raises:
        OSError: there is no such file.
    """
    now = known_by(path.stat())
    try:
        content = json.loads(_stamp_file(path, algorithm).read_bytes())
        same = content["path"] == os.path.abspath(path) and content["identity"] == now
        return content["hash"] if same and re.fullmatch("[0-9a-f]{32,}", content["hash"]) else None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def _stamp_file(path: Path, algorithm: str) -> Path:
    name = hashlib.sha256(os.fsencode(os.path.abspath(path))).hexdigest()[:32]
    return cache_folder() / "hashes" / f"{name}.{algorithm}.json"


def settled(status: os.stat_result) -> bool:
    """Whether a change of the file would change its times.

    One within the same tick of the file system's clock would leave them as they are, so a new file has to wait.
    """
    return all(abs(time.time_ns() - moment) > _COARSEST for moment in (status.st_mtime_ns, status.st_ctime_ns))
