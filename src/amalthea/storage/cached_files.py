"""What lies in the cache folder: looked at and cleared, one kind after the other."""

import os
import re
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from .files import final_name
from .folders import cache_folder

_WRITTEN_BY_NOW = 3600.0  # seconds; a temporary file that is older belongs to a process that was killed


class CacheContents(NamedTuple):
    """One kind of what is kept.

    Attributes:
        kind: its name, such as "graphs".
        entries: how many there are.
        size: in bytes, all together.
        folder: where they are.
    """

    kind: str
    entries: int
    size: int
    folder: Path


class CachePart(Protocol):
    """Whatever keeps entries of one kind in the cache folder."""

    def contents(self) -> CacheContents:
        """What is there now."""

    def clear(self) -> CacheContents:
        """Remove all that nobody is using, and nothing that we did not write; returns what was removed."""


@dataclass(frozen=True, slots=True)
class CachedFiles:
    """Entries that are a file each, in a folder of their own; a ``CachePart``.

    Attributes:
        kind: their name, and that of the folder.
        names: what the names of our files look like; whatever else lies in the folder belongs to somebody else.
    """

    kind: str
    names: re.Pattern[str]

    @property
    def folder(self) -> Path:
        """Where they are."""
        return cache_folder() / self.kind

    def files(self) -> dict[Path, os.stat_result]:
        """Those that are there, also what killed processes left of some; not what is being written."""
        found = {}
        with suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    if self._is_ours(entry.name, status):
                        found[Path(entry.path)] = status
        return found

    def contents(self) -> CacheContents:
        """See ``CachePart``."""
        return self._total(self.files().values())

    def clear(self) -> CacheContents:
        """See ``CachePart``. On Windows, files that somebody has opened stay."""
        return self._total([status for path, status in self.files().items() if removed(path)])

    def _is_ours(self, name: str, status: os.stat_result) -> bool:
        final = final_name(name)
        written = final == name or time.time() - status.st_mtime > _WRITTEN_BY_NOW
        return bool(self.names.fullmatch(final)) and stat.S_ISREG(status.st_mode) and written

    def _total(self, files: Iterable[os.stat_result]) -> CacheContents:
        sizes = [status.st_size for status in files]
        return CacheContents(self.kind, len(sizes), sum(sizes), self.folder)


def removed(path: Path) -> bool:
    """Remove a file; whoever has opened it reads on. False where that cannot be done."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True
