"""Files that appear whole or not at all."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import StorageError

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_TEMPORARY = re.compile(r"\.(.+)\.[0-9a-f]{16}(\.\w+)?")


@contextmanager
def atomic_file(path: Path, *, setting: str | None) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when the block ends without an error.

    A reader sees the old file or the whole new one, also when several processes write the same path or one is killed.
    After any error the temporary file is removed and ``path`` is as before.

    Args:
        path: the file to write; its folders are made.
        setting: the environment variable by which a user chooses another folder, for the error message; None where the
            user named the file.

    Yields:
        The temporary file, which exists, is empty and ends in the same suffix.

    Raises:
        StorageError: the folder cannot be made or written, or the disk is full.

    Example:
        >>> with atomic_file(Path("notes.txt"), setting="AMALTHEA_CACHE") as temporary:
        ...     temporary.write_text("whole or not at all")
        19
    """
    temporary = path.with_name(f".{path.stem}.{os.urandom(8).hex()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not tempfile: its files are readable by their owner alone, and a cache may be shared.
        temporary.open("xb").close()
    except OSError as problem:
        raise unusable_folder(path.parent, problem, setting) from problem
    try:
        yield temporary
        _flush_to_disk(temporary)
        os.replace(temporary, path)
    except OSError as problem:
        # The block may fail for reasons of its own that are an OSError too: a lost connection, a missing input.
        if no_room(problem) or str(problem.filename) == str(temporary):
            raise unusable_folder(path.parent, problem, setting) from problem
        raise
    finally:
        temporary.unlink(missing_ok=True)


def final_name(name: str) -> str:
    """The name that a temporary file of ``atomic_file`` would have got in the end; that of any other file itself.

    Example:
        >>> final_name(".notes.0123456789abcdef.txt"), final_name("notes.txt")
        ('notes.txt', 'notes.txt')
    """
    match = _TEMPORARY.fullmatch(name)
    return match[1] + (match[2] or "") if match else name


def _flush_to_disk(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def no_room(problem: OSError) -> bool:
    """Whether the disk, a quota or the largest size of a file leaves no room."""
    return problem.errno in _NO_ROOM


def unusable_folder(folder: Path, problem: OSError, setting: str | None) -> StorageError:
    """The error for a folder that cannot be written.

    Args:
        folder: the folder.
        problem: what the system says.
        setting: as for ``atomic_file``; None where no setting chose the folder.
    """
    choose = f"set {setting} to" if setting else "name"
    return StorageError(
        f"Cannot write into {folder}: {problem.strerror or problem}. "
        f"Make room or give write permission there, or {choose} another folder."
    )
