"""A guard against damaged texts for which HDF5's library (2.0.0) takes gigabytes, or never comes back.

An attribute has for each of its texts the length (4 bytes), the address of a "global heap collection" (8) and a number
in there (4). The library allocates the length before it looks into the heap. A heap has a header of 16 bytes (``GCOL``,
version 1, three zeros, the size of all), then objects that begin with 16 bytes (number, references, four zeros, size).
Number 0 is the free space behind them, whose size includes these 16; free space of size 0 sends the library in circles.
"""

import mmap
from collections.abc import Iterator

Content = bytes | mmap.mmap

_HEAP = b"GCOL\x01\x00\x00\x00"
_HEAP_HEADER = _HEAP_OBJECT = _REFERENCE = 16
# Messages of an object's header: what they are is in their first two bytes.
_ATTRIBUTE, _CONTINUATION = 0x0C, 0x10
_VARYING_LENGTH = 9
# Parts that a header may lie in; that of a layer lies in one or two.
_MAX_PARTS = 64


def may_be_read(content: Content, header: int, attribute: str) -> bool:
    """Whether the library survives reading the texts of an attribute, which it has found.

    Args:
        content: the whole file.
        header: where the header of the attribute's group begins; in the first version, which Keras writes.
        attribute: its name.
    """
    attributes = [_parsed(message) for message in _attributes(content, header)]
    found = [references for name, references in attributes if name == attribute.encode()]
    references = [reference for references in found for reference in references]
    heaps = {_integer(reference, 4, 8) for reference in references}
    # A heap may hold one text for many references: the library copies it for each of them.
    length = sum(_integer(reference, 0, 4) for reference in references)
    return bool(found) and length <= len(content) and not any(_is_endless(content, heap) for heap in heaps)


def _attributes(content: Content, header: int) -> Iterator[bytes]:
    """The messages with attributes; none if the header is of another version."""
    parts = [(header + 16, _integer(content, header + 8, 4))] if content[header : header + 1] == b"\x01" else []
    for begin, length in parts:
        position, end = begin, min(begin + length, len(content))
        while position + 8 <= end:
            kind, size = _integer(content, position, 2), _integer(content, position + 2, 2)
            position += 8
            if kind == _ATTRIBUTE:
                yield content[position : position + size]
            elif kind == _CONTINUATION and len(parts) < _MAX_PARTS:
                parts.append((_integer(content, position, 8), _integer(content, position + 8, 8)))
            position += size


def _parsed(message: bytes) -> tuple[bytes, list[bytes]]:
    """Name of an attribute, and the references of texts of varying length; none for other values."""
    version = message[0] if message else 0
    name, kind, space = (_integer(message, position, 2) for position in (2, 4, 6))
    begin = 9 if version == 3 else 8
    if version == 1:
        name, kind, space = (-(-size // 8) * 8 for size in (name, kind, space))
    values = begin + name + kind + space
    varying = _integer(message, begin + name, 1) % 16 == _VARYING_LENGTH
    positions = range(values, len(message) - _REFERENCE + 1, _REFERENCE) if varying else ()
    return message[begin : begin + name].split(b"\0")[0], [message[at : at + _REFERENCE] for at in positions]


def _is_endless(content: Content, heap: int) -> bool:
    if content[heap : heap + len(_HEAP)] != _HEAP:  # the library sees that by itself
        return False
    end = min(heap + _integer(content, heap + 8, 8), len(content))
    position = heap + _HEAP_HEADER
    while position + _HEAP_OBJECT <= end:
        number, size = _integer(content, position, 2), _integer(content, position + 8, 8)
        # Objects are filled up to a multiple of 8 bytes.
        length = _HEAP_OBJECT + -(-size // 8) * 8 if number else size
        if length == 0:
            return True
        position += length
    return False


def _integer(content: Content, position: int, size: int) -> int:
    return int.from_bytes(content[position : position + size], "little")
