"""Arrays in the pickles of old data sets. Of what a pickle asks for, arrays are built, and nothing else is done."""

import gzip
import io
import pickle
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from ...errors import ImageError, first_line


def unpickled(data: bytes, file: Path) -> Any:
    """Dictionaries, lists, tuples, numbers and arrays of a pickle, also of Python 2, whose texts are bytes.

    Args:
        data: the pickle, or the same packed by gzip.
        file: that it is from, for messages.

    Raises:
        ImageError: damaged, or it asks for anything else; then nothing of that was run.
    """
    try:
        return _arrays_in(_ArraysOnly(io.BytesIO(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)).load())
    except _ForbiddenError as problem:
        raise ImageError(f"{file} asks for {problem}, and a data set has arrays only. Nothing was run.") from None
    except Exception as problem:  # whatever: a damaged pickle is another program
        raise ImageError(f"{file} is damaged ({first_line(problem)}). Delete it, and fetch it again.") from problem


class _ForbiddenError(Exception):
    """A name that can run code."""


class _Numbers:
    """Stands for ``numpy.dtype``."""

    def __init__(self, code: str | bytes, *_: object) -> None:
        self.dtype = np.dtype(_text(code))

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.dtype = self.dtype.newbyteorder(_text(state[1]))


class _Array:
    """Stands for ``numpy.ndarray`` and for the function that makes an empty one, which then gets its numbers."""

    array: Any = None

    def __init__(self, *_: object) -> None:
        pass

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, numbers, by_columns, data = state
        self.array = np.frombuffer(data, numbers.dtype).reshape(shape, order="F" if by_columns else "C")


_STAND_INS = {
    ("numpy", "dtype"): _Numbers,
    ("numpy", "ndarray"): _Array,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
}


class _ArraysOnly(pickle.Unpickler):
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, encoding="bytes")

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _STAND_INS:
            raise _ForbiddenError(f"{module}.{name}")
        return _STAND_INS[module, name]

    def persistent_load(self, pid: Any) -> NoReturn:
        raise _ForbiddenError(f"an object called {pid!r}")


def _arrays_in(part: Any) -> Any:
    if isinstance(part, _Array):
        return part.array
    if isinstance(part, dict):
        return {_text(key): _arrays_in(value) for key, value in part.items()}
    return type(part)(map(_arrays_in, part)) if isinstance(part, list | tuple) else part


def _text(name: Any) -> Any:
    return name.decode("latin-1") if isinstance(name, bytes) else name
