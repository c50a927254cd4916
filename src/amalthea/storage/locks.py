"""One process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import StorageError

if TYPE_CHECKING:
    from filelock import BaseFileLock


@contextmanager
def exclusive(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Waits until no other process, and no other thread, is in a block with the same path.

    The lock is the operating system's and ends with its process, however that dies: none is ever stale.

    Args:
        path: of an empty file that is there while somebody holds the lock; its folders are made.
        wait: whether to wait; otherwise, another process in such a block is an error.

    Yields:
        Whether the lock is held. False where the folder cannot be written or its file system has no locks: whatever
        the block writes must then bear a name that no other process chooses.

    Raises:
        StorageError: another process is in such a block, and this one shall not wait.

    Example:
        >>> with exclusive(Path("notes.lock")) as alone:
        ...     print(alone)
        True
    """
    lock = _acquired(path, wait)
    try:
        yield lock is not None
    finally:
        if lock:
            # While it is held: whoever waits for it notices, and makes a new file. Windows removes no open file.
            with suppress(OSError):
                path.unlink()
            lock.release()


def _acquired(path: Path, wait: bool) -> "BaseFileLock | None":
    # Here, because finding a file that is there needs no lock.
    from filelock import FileLock, Timeout

    # Not its fallback: a file whose mere existence is the lock outlives a process that is killed.
    lock = FileLock(path, fallback_to_soft=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=wait)
    except Timeout as problem:
        raise StorageError(
            f"Another process is at work in {path.parent}. Wait until it has ended, or name another folder."
        ) from problem
    except OSError:
        return None
    return lock
