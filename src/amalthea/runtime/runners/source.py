"""Graphs that are read when they are needed, as they were when they were named."""

import os
from pathlib import Path
from typing import Any
from weakref import finalize

from ...errors import ModelFileError


class GraphSource:
    """A graph, and its file, which is kept open: whatever takes its place or removes it, the graph can still be read.

    Args:
        graph: an ONNX file, or its content.

    Attributes:
        size: in bytes.

    Raises:
        ModelFileError: the file cannot be opened.
    """

    def __init__(self, graph: bytes | Path) -> None:
        self._graph = graph
        if isinstance(graph, bytes):
            self.size = len(graph)
            return
        try:
            self._graph = graph.absolute()
            self._file = self._graph.open("rb")
        except OSError as problem:
            raise _unreadable(problem) from problem
        finalize(self, self._file.close)
        self._status = os.fstat(self._file.fileno())
        self.size = self._status.st_size

    def read(self, core: Any) -> Any:
        """What OpenVINO makes of it.

        Raises:
            ModelFileError: it is no graph, or was written into since.
        """
        try:
            if isinstance(self._graph, bytes):
                return core.read_model(self._graph)
            if self._is_there():
                model = core.read_model(self._graph)  # by its path, for that takes half as long
                if self._is_there():
                    return model
            self._file.seek(0)
            model = core.read_model(self._file.read())
        except (RuntimeError, OSError) as problem:
            raise _unreadable(problem) from problem
        if not _alike(os.fstat(self._file.fileno()), self._status):
            raise ModelFileError(f"{self._graph} was written into since it was opened. Open it again.")
        return model

    def _is_there(self) -> bool:
        """Whether its path still leads to the same file, with the same content."""
        try:
            now = os.stat(self._graph)
        except OSError:
            return False
        return os.path.samestat(now, self._status) and _alike(now, self._status)


def _alike(now: os.stat_result, before: os.stat_result) -> bool:
    return (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def _unreadable(problem: Exception) -> ModelFileError:
    return ModelFileError(f"OpenVINO cannot read the graph: {problem}")
