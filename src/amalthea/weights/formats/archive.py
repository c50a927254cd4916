"""A zip file whose members are read whole, within bounds, and with their checksums verified."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from ...errors import BrokenWeightsError
from .bounds import is_excessive

_UNPACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError, RuntimeError, OverflowError)


class Archive:
    """A zip file that stays open as long as this object lives.

    Args:
        path: a file that begins like a zip file.

    Attributes:
        path: of the file.
        names: of its members, in the file's order.

    Raises:
        BrokenWeightsError: truncated or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._readable():
            self._file = zipfile.ZipFile(path)
            self._members = {member.filename: member for member in self._file.infolist()}
        self.names = tuple(self._members)

    def size(self, name: str) -> int:
        """How many bytes a member claims to have.

        Raises:
            BrokenWeightsError: not there, packed in an unknown way, or claiming far more than its packed size allows.
        """
        member = self._members.get(name)
        if member is None:
            raise self.broken(f"{name!r} is missing")
        if member.compress_type not in _UNPACKED:
            raise self.broken(f"{name!r} is packed in an unknown way")
        if is_excessive(member.file_size, member.compress_size):
            raise self.broken(f"{name!r} claims {member.file_size} bytes and has {member.compress_size}")
        return member.file_size

    def read(self, name: str) -> bytes:
        """The content of a member, which equals its checksum.

        Raises:
            BrokenWeightsError: see ``size``; or damaged.
        """
        self.size(name)
        with self._readable(), self._file.open(name) as member:
            return member.read()

    @contextmanager
    def beginning(self, name: str) -> Iterator[BinaryIO]:
        """A member, to read the first of its bytes, whose checksum is not verified then.

        Raises:
            BrokenWeightsError: see ``size``; or damaged.
        """
        self.size(name)
        with self._readable(), self._file.open(name) as member:
            yield cast(BinaryIO, member)

    def broken(self, problem: object) -> BrokenWeightsError:
        """The error for a problem inside."""
        return BrokenWeightsError(f"{self.path} is a truncated or damaged zip file ({problem}). Fetch it again.")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except BrokenWeightsError:
            raise
        except _DAMAGE as problem:
            raise self.broken(problem) from problem
