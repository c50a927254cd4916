"""A guard against damage that HDF5's library (2.0.0) never comes back from.

Names of varying length lie in "global heap collections": a header of 16 bytes (``GCOL``, version 1, three zeros, the
size of all), then objects. Each begins with 16 bytes (number, references, four zeros, size); number 0 is the free space
behind them, and its size includes these 16. Free space of size 0 sends the library round in circles.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

_HEADER = b"GCOL\x01\x00\x00\x00"
_HEADER_SIZE = _OBJECT_SIZE = 16


def has_endless_heap(path: Path) -> bool:
    """Whether a file that is not empty holds a heap that cannot be walked to its end."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return any(_is_endless(data, begin) for begin in _heaps(data))


def _heaps(data: mmap.mmap) -> Iterator[int]:
    begin = data.find(_HEADER)
    while begin >= 0:
        yield begin
        begin = data.find(_HEADER, begin + 1)


def _is_endless(data: mmap.mmap, begin: int) -> bool:
    end = min(begin + _integer(data, begin + 8, 8), len(data))
    position = begin + _HEADER_SIZE
    while position + _OBJECT_SIZE <= end:
        number, size = _integer(data, position, 2), _integer(data, position + 8, 8)
        # Objects are filled up to a multiple of 8 bytes.
        length = _OBJECT_SIZE + -(-size // 8) * 8 if number else size
        if length == 0:
            return True
        position += length
    return False


def _integer(data: mmap.mmap, position: int, size: int) -> int:
    return int.from_bytes(data[position : position + size], "little")
