"""What Python 2 let pass in numbers and files; the rewritten script calls these."""

import io
from collections.abc import Callable
from typing import Any

from .._spelling import note

_REPEATED = (list, tuple, str, bytes)


def whole(number: Any) -> Any:
    """A whole number, where one is needed and a division gave it as a float; anything else as it is.

    Python 2 divided two integers to an integer, as in ``[0] * (samples / 2)``.

    Example:
        >>> whole(2000 / 2), whole(2.5)
        (1000, 2.5)
    """
    if not isinstance(number, float) or not number.is_integer():
        return number
    note(f"{number} is taken as {int(number)}")
    return int(number)


def multiplied(left: Any, right: Any) -> Any:
    """``left * right``, where a list, tuple or text is repeated as often as a division says.

    Example:
        >>> multiplied([0], 4 / 2), multiplied(3, 4 / 2)
        ([0, 0], 6.0)
    """
    return factor(right, left) * factor(left, right)


def factor(other: Any, number: Any) -> Any:
    """A number that another value is multiplied by; whole, where that is a list, tuple or text."""
    return whole(number) if type(other) in _REPEATED else number


def with_bytes(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that reads or writes bytes, for files that were opened for text, too, as ``open(path, 'w')`` is."""

    def called(*arguments: Any, **named: Any) -> Any:
        files = [value for value in (*arguments, *named.values()) if isinstance(value, io.TextIOWrapper)]
        if not files:
            return function(*arguments, **named)
        note(f"{function.__name__} is given the bytes of a file that was opened as text")
        for file in files:
            if file.writable():
                file.flush()
        result = function(*map(_bytes_of, arguments), **{name: _bytes_of(value) for name, value in named.items()})
        for file in files:
            if file.writable():
                file.flush()
        if hasattr(result, "zip"):  # numpy's archives read later: the file is theirs now, and open as long as they are
            result.fid = files[0]
        return result

    return called


def writing(write: Callable[..., Any]) -> Callable[..., Any]:
    """The ``write`` of a file, which takes bytes as well where the file was opened for text."""
    file = getattr(write, "__self__", None)
    if not isinstance(file, io.TextIOWrapper):
        return write

    def called(text: Any, /) -> Any:
        if not isinstance(text, bytes):
            return file.write(text)
        note("bytes are written into a file that was opened as text")
        file.flush()
        written = file.buffer.write(text)
        file.flush()
        return written

    return called


def reading(read: Callable[..., Any]) -> Callable[..., Any]:
    """The ``read`` of a file, which gives bytes also where the file was opened for text and none of it was read."""
    file = getattr(read, "__self__", None)
    if not isinstance(file, io.TextIOWrapper):
        return read

    def called(*size: int) -> Any:
        note("the bytes of a file are read that was opened as text")
        return file.buffer.read(*size)  # the file itself is held, for it closes its bytes when nobody holds it

    return called


def value_of(owner: Any) -> Any:
    """``owner.value``, which of a data set in an HDF5 file was all that is in it."""
    try:
        return owner.value
    except AttributeError:
        if not type(owner).__module__.startswith("h5py."):
            raise
    note("dataset.value is dataset[()] today")
    return owner[()]


def _bytes_of(value: Any) -> Any:
    return value.buffer if isinstance(value, io.TextIOWrapper) else value
