"""Graphs that are read when they are needed, as they were when they were named."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import finalize

from ...errors import ModelFileError


class GraphSource:
    """A graph, and its file, which is kept open until it is read, whatever takes the file's place or removes it.

    Several threads may use it.

    Args:
        graph: an ONNX file, or its content.

    Attributes:
        size: in bytes.

    Raises:
        ModelFileError: the file cannot be opened.
    """

    def __init__(self, graph: bytes | Path) -> None:
        self._graph: bytes | Path | None = graph
        self._model: Any = None
        self._lock = Lock()  # of all that is here, and of the place in the file
        if isinstance(graph, bytes):
            self.size = len(graph)
            return
        try:
            self._graph = graph.absolute()
            self._file = self._graph.open("rb")
        except OSError as problem:
            raise _unreadable(problem) from problem
        self._close = finalize(self, self._file.close)
        self._status = os.fstat(self._file.fileno())
        self.size = self._status.st_size

    def digest(self) -> str:
        """SHA-256 of the content, as long as it was not read, in hexadecimal.

        Raises:
            ModelFileError: the file cannot be read.
        """
        with self._lock:
            assert self._graph is not None
            if isinstance(self._graph, bytes):
                return hashlib.sha256(self._graph).hexdigest()
            try:
                self._file.seek(0)
                return hashlib.file_digest(self._file, "sha256").hexdigest()
            except OSError as problem:
                raise _unreadable(problem) from problem

    @contextmanager
    def content(self) -> Iterator[memoryview]:
        """All of it while this lasts, which begins before it is read, and may end after that.

        Raises:
            ModelFileError: the file cannot be read.
        """
        if isinstance(self._graph, bytes):
            yield memoryview(self._graph)
            return
        try:
            mapped = mmap(self._file.fileno(), 0, access=ACCESS_READ)
        except (OSError, ValueError) as problem:  # the latter of an empty file
            raise _unreadable(problem) from problem
        with mapped, memoryview(mapped) as view:
            yield view

    def read(self, core: Any) -> Any:
        """What OpenVINO makes of it: always the same object, which then is all that is kept.

        Raises:
            ModelFileError: it is no graph, or was written into since.
        """
        with self._lock:
            if isinstance(self._graph, bytes):
                try:
                    self._model = core.read_model(self._graph)
                except RuntimeError as problem:
                    raise _unreadable(problem) from problem
            elif self._graph is not None:
                self._model = self._of_file(self._graph, core)
                self._close()
            self._graph = None
            return self._model

    def _of_file(self, path: Path, core: Any) -> Any:
        try:
            if self._is_at(path):
                model = core.read_model(path)  # by its path, for that takes half as long
                if self._is_at(path):
                    return model
            self._file.seek(0)
            model = core.read_model(self._file.read())
        except (RuntimeError, OSError) as problem:
            raise _unreadable(problem) from problem
        if not _alike(os.fstat(self._file.fileno()), self._status):
            raise ModelFileError(f"{path} was written into since it was opened. Open it again.")
        return model

    def _is_at(self, path: Path) -> bool:
        """Whether a path still leads to the same file, with the same content."""
        try:
            now = os.stat(path)
        except OSError:
            return False
        return os.path.samestat(now, self._status) and _alike(now, self._status)


def _alike(now: os.stat_result, before: os.stat_result) -> bool:
    return (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def _unreadable(problem: Exception) -> ModelFileError:
    return ModelFileError(f"OpenVINO cannot read the graph: {problem}")
