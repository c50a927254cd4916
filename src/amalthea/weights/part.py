"""A file that has not arrived whole: ``name.part``, and beside it in ``name.part.json`` which file it is a part of."""

import errno
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

# Seconds without a byte, after which no process waits for more: it may run on another machine, so nobody can ask.
_ABANDONED = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Source:
    """One state of a file on a server.

    Attributes:
        address: as it was asked for, before any redirection.
        validator: the strong ETag or the date that tells this state from others; empty where the server sends neither,
            and then nothing can be resumed.
        length: bytes of the whole file; None where the server does not say.
    """

    address: str
    validator: str
    length: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """The beginning of a file, of which a killed process leaves as much as it wrote.

    Attributes:
        path: where it is kept.
    """

    path: Path

    @property
    def size(self) -> int:
        """Bytes that arrived."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def source(self, address: str) -> Source | None:
        """What it is a part of; None if nothing can be added to it from this address."""
        try:
            content = json.loads(self._note.read_bytes())
            source = Source(str(content["address"]), str(content["validator"]), content["length"])
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None
        known_length = source.length is None or isinstance(source.length, int)
        return source if source.address == address and source.validator and known_length and self.size else None

    def begin(self, source: Source) -> None:
        """Start anew."""
        self.discard()
        # A file of its own: a process that still writes into the one before cannot spoil it.
        self.path.open("xb").close()
        if source.validator:
            # Before the first byte: what a killed process leaves is empty, or has its note.
            self._note.write_text(json.dumps(asdict(source)), encoding="utf-8")

    def discard(self) -> None:
        """Remove it."""
        for path in (self.path, self._note):
            path.unlink(missing_ok=True)

    @property
    def _note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")


def hidden_path(folder: Path, name: str) -> Path:
    """A place for a file of this name that no other process has."""
    return folder / f".{name}.{os.urandom(8).hex()}.part"


def remove_abandoned(folder: Path, name: str) -> None:
    """Remove hidden files with a random name, of which a killed process leaves what it wrote without a lock."""
    for path in folder.glob(f".{name}.{'[0-9a-f]' * 16}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED:
                path.unlink()


def require_same(path: Path, status: os.stat_result) -> None:
    """Where locks only pretend, another process may have put another file under the name.

    Raises:
        FileNotFoundError: it has.
    """
    if not os.path.samestat(status, path.stat()):
        raise FileNotFoundError(errno.ENOENT, "another process began it anew", path)
