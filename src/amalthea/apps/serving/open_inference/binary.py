"""Triton's extension for binary tensors: data behind the JSON, little-endian and in the order of rows."""

import struct
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..problems import Problem

HEADER = "Inference-Header-Content-Length"
"""How many bytes of the body are JSON."""

_LENGTH = struct.Struct("<I")  # in front of each element of BYTES


class Segments:
    """The bytes behind the JSON of a request, which its tensors take one after another."""

    def __init__(self, content: memoryview) -> None:
        self._content = content
        self._taken = 0

    def next(self, size: int, place: str) -> memoryview:
        """The bytes of the next tensor.

        Raises:
            Problem: so many are not left.
        """
        left = len(self._content) - self._taken
        if size > left:
            raise Problem(
                400,
                f"{place}: 'binary_data_size' is {size}, but {left} bytes are left behind the JSON. Send the header "
                f"{HEADER} with the length of the JSON, and the tensors behind it.",
            )
        self._taken += size
        return self._content[self._taken - size : self._taken]

    def check_used_up(self) -> None:
        """Refuse bytes that belong to no tensor.

        Raises:
            Problem: there are some.
        """
        if left := len(self._content) - self._taken:
            raise Problem(
                400, f"{left} bytes behind the JSON belong to no tensor. The sizes in 'binary_data_size' must add up."
            )


def divided(body: bytes, headers: Mapping[str, str]) -> tuple[bytes, Segments]:
    """The JSON of a request or an answer, and what stands behind it.

    Raises:
        Problem: the header that tells where the JSON ends is no number up to the length of the body.
    """
    given = headers.get(HEADER)
    if given is None:
        return body, Segments(memoryview(b""))
    # Not int() alone, which takes "-1" and "1_0" and refuses thousands of digits in words of its own.
    length = int(given) if given.isascii() and given.isdigit() and len(given) < 20 else -1
    if not 0 < length <= len(body):
        raise Problem(
            400, f"{HEADER} must be a whole number from 1 to {len(body)}, the length of the body; given was {given!r}."
        )
    return body[:length], Segments(memoryview(body)[length:])


def from_bfloat16(content: memoryview) -> NDArray[np.float32]:
    """Numbers of 16 bits, which are the upper half of a float32 each."""
    return (np.frombuffer(content, "<u2").astype(np.uint32) << 16).view(np.float32)


def elements_in(content: memoryview, place: str) -> list[bytes]:
    """The elements of a tensor of type BYTES.

    Raises:
        Problem: their lengths do not add up.
    """
    elements: list[bytes] = []
    start = 0
    while start < len(content):
        end = start + _LENGTH.size
        length = _LENGTH.unpack(content[start:end])[0] if end <= len(content) else len(content)
        if end + length > len(content):
            raise Problem(
                400,
                f"{place}: element {len(elements)} reaches beyond the data. Each element of BYTES is its length, 4 "
                "bytes with the lowest first, and then its bytes.",
            )
        elements.append(bytes(content[end : end + length]))
        start = end + length
    return elements


def bytes_of(array: NDArray[Any]) -> bytes:
    """An array as a binary tensor."""
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()


def bytes_of_elements(elements: Iterable[bytes]) -> bytes:
    """Elements as a binary tensor of type BYTES."""
    return b"".join(_LENGTH.pack(len(element)) + element for element in elements)
