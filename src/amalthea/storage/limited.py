"""Kinds of files that share one limit, ``AMALTHEA_CACHE_SIZE``: what was used longest ago makes room.

All of them are named by what they were made from, and can be made again.
"""

import os
import re
import time
from contextlib import suppress
from pathlib import Path

from .cached_files import CachedFiles, removed
from .limits import bytes_allowed

_NAMES = re.compile(r"[0-9a-f]{64}\.\w+")
GRAPHS, COMPILED, TRAININGS = (CachedFiles(kind, _NAMES) for kind in ("graphs", "compiled", "trainings"))
"""What is kept of networks, and of trainings."""

_SETTING = "AMALTHEA_CACHE_SIZE"
_DEFAULT_LIMIT = 4  # GiB
_LONG_AGO = 30 * 24 * 3600.0  # seconds; entries that nobody used since then belong to versions that are gone
_JUST_NOW = 60.0  # seconds; whoever found an entry may be about to open it


def room() -> float:
    """How many bytes all of them together may take.

    Raises:
        ArgumentError: ``AMALTHEA_CACHE_SIZE`` is no number of GiB.
    """
    return bytes_allowed(os.environ.get(_SETTING) or _DEFAULT_LIMIT, _SETTING)


def note_use(path: Path) -> None:
    """Set the time of the last reading of an entry that is wanted, which few systems keep by themselves.

    That of its content stays: by it, whoever has the file open knows that nobody has written into it.
    """
    with suppress(OSError):
        os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))


def drop_oldest(allowed: float) -> None:
    """Drop what was used longest ago while all together take more, and what nobody wants any more.

    Args:
        allowed: bytes, see ``room``.
    """
    files = {path: status for part in (GRAPHS, COMPILED, TRAININGS) for path, status in part.files().items()}
    total, now = sum(status.st_size for status in files.values()), time.time()
    for path, status in sorted(files.items(), key=lambda item: item[1].st_atime):
        age = now - status.st_atime
        if age < _JUST_NOW or (total <= allowed and age < _LONG_AGO):
            return
        if removed(path):
            total -= status.st_size
