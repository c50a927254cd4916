"""Where features are kept from one run to the next."""

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ...storage import CacheContents, bytes_allowed, cache_folder
from .feature_set import FileFeatureSet
from .in_use import MARK, unused

_DEFAULT_LIMIT = 20  # GiB
_KEY = re.compile("[0-9a-f]{64}")  # and the name of a set's folder


class FeatureSet(Protocol):
    """The features of one network, with one way of preparing pictures."""

    def find(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Rows of the pictures whose features are stored and undamaged.

        Args:
            digests: of the pictures: 32 bytes, SHA-256.

        Raises:
            StorageError: the set cannot be read at all.
        """

    def append(self, digests: Sequence[bytes], records: NDArray[Any]) -> dict[bytes, int]:
        """Keep features, for good once this returns; for a picture that others stored meanwhile, theirs stay.

        Args:
            digests: of the pictures, none of them twice.
            records: shape (number of digests, width).

        Returns:
            Their rows.

        Raises:
            StorageError: there is no room, or no permission.
        """

    def records(self) -> NDArray[Any]:
        """All rows that exist by now, shape (rows, width): read when they are used, not before."""


class FeatureStore(Protocol):
    """Sets of features. May be used by several processes at once."""

    def feature_set(self, key: str, width: int, dtype: DTypeLike) -> FeatureSet:
        """The set of a key, made where there is none.

        Args:
            key: names everything that changes a feature, other than the picture: 64 hexadecimal digits.
            width: numbers in a record.
            dtype: of these numbers.

        Raises:
            StorageError: it cannot be kept.
        """


class FileFeatureStore:
    """Features in files, each set in a folder of its own; a ``FeatureStore``, and a ``CachePart``.

    Whenever a set is opened, those used longest ago are dropped as long as all together are larger than the limit;
    never one that a process is using, and nothing else that lies in the folder.

    Args:
        folder: of all sets; None is ``features`` in the cache folder (``AMALTHEA_CACHE``).
        limit: in GiB (2**30 bytes); None is ``AMALTHEA_FEATURES_LIMIT`` in the same unit, or else 20.

    Raises:
        ArgumentError: a limit that is no number of at least 0.

    Example:
        >>> store = FileFeatureStore(Path("features"), limit=5)
        >>> store.feature_set("0" * 64, width=512, dtype="float32").records().shape
        (0, 512)
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None, limit: float | None = None) -> None:
        self._folder = cache_folder() / "features" if folder is None else Path(folder)
        self._limit = _bytes(limit)

    def feature_set(self, key: str, width: int, dtype: DTypeLike) -> FileFeatureSet:
        """See ``FeatureStore``."""
        folder = self._folder / key
        opened = FileFeatureSet(folder, width, np.dtype(dtype))
        with suppress(OSError):
            os.utime(folder)
        self._drop_oldest()
        return opened

    def contents(self) -> CacheContents:
        """See ``CachePart``; an entry is a set."""
        return self._total(map(_size, self._sets()))

    def clear(self) -> CacheContents:
        """See ``CachePart``; sets that a process is using stay."""
        dropped = [_dropped(folder) for folder in self._sets()]
        return self._total(size for size in dropped if size is not None)

    def _drop_oldest(self) -> None:
        folders = sorted(self._sets(), key=_last_used)
        total = sum(map(_size, folders))
        for folder in folders:
            if total <= self._limit:
                return
            total -= _dropped(folder) or 0

    def _sets(self) -> list[Path]:
        with suppress(OSError):
            return list(filter(_is_set, self._folder.iterdir()))
        return []

    def _total(self, sizes: Iterable[int]) -> CacheContents:
        each = list(sizes)
        return CacheContents("features", len(each), sum(each), self._folder)


def _is_set(path: Path) -> bool:
    """Whatever else lies in the folder belongs to somebody else."""
    return bool(_KEY.fullmatch(path.name)) and (path / MARK).is_file()


def _dropped(folder: Path) -> int | None:
    """Bytes of a set that was removed; None where somebody uses it."""
    with unused(folder) as free:
        if not free:
            return None
        size = _size(folder)
        _remove(folder)
        return size


def _remove(folder: Path) -> None:
    """The mark goes last: until then nobody opens what is left, and it can be told as a set and removed later."""
    with suppress(OSError):
        for file in sorted(folder.iterdir(), key=lambda file: file.name == MARK):
            file.unlink()
        folder.rmdir()


def _bytes(limit: float | None) -> float:
    if limit is not None:
        return bytes_allowed(limit, "limit")
    return bytes_allowed(os.environ.get("AMALTHEA_FEATURES_LIMIT") or _DEFAULT_LIMIT, "AMALTHEA_FEATURES_LIMIT")


def _size(folder: Path) -> int:
    with suppress(OSError):
        return sum(file.stat().st_size for file in folder.iterdir())
    return 0


def _last_used(folder: Path) -> float:
    """Whoever opens a set sets the time of its folder."""
    with suppress(OSError):
        return folder.stat().st_mtime
    return 0.0
