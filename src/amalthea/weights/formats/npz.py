"""NumPy's ``.npz``: a zip file of arrays. Arrays of Python objects, which are pickles, are refused unread."""

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from ...errors import UnsafeWeightsError
from ..stored import Layout, StoredLayer, StoredTensor
from .archive import Archive
from .bfloat16 import BFLOAT16, as_read, dtype_as_read
from .names import layers_of

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_npz(archive: Archive) -> tuple[StoredLayer, ...]:
    """The layers in the order of the file.

    Raises:
        UnsafeWeightsError: an array of Python objects; nothing of it was read.
        BrokenWeightsError: truncated, damaged, or arrays of anything but numbers.
    """
    return layers_of([_tensor(archive, member) for member in archive.names], in_order=True)


def write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes arrays, uncompressed, in their order."""
    np.savez(path, **arrays)  # type: ignore[arg-type]


def _tensor(archive: Archive, member: str) -> StoredTensor:
    shape, fortran_order, dtype, begin = _header(archive, member)
    if dtype.hasobject:
        raise UnsafeWeightsError(
            f"{archive.path}: {member!r} is an array of Python objects, which can run code when they are read. "
            "Nothing was read. Save arrays of numbers."
        )
    if dtype.kind not in "fiu" and dtype != BFLOAT16:
        raise archive.broken(f"{member!r} holds {dtype}, not numbers")
    if min(shape, default=0) < 0 or begin + math.prod(shape) * dtype.itemsize != archive.size(member):
        raise archive.broken(f"{member!r} claims another number of bytes than it has")
    read = partial(_array, archive, member, shape, dtype, fortran_order, begin)
    return StoredTensor(member.removesuffix(".npy"), shape, dtype_as_read(dtype), Layout.KERAS, read)


def _header(archive: Archive, member: str) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Shape, order and type of the numbers, and behind how many bytes they begin."""
    with archive.beginning(member) as file:
        try:
            shape, fortran_order, dtype = _HEADERS[npy.read_magic(file)](file)
        # NumPy reads the header as Python's own literals, and fails in as many ways.
        except Exception as problem:
            raise archive.broken(f"{member!r} has no header of NumPy: {problem}") from problem
        return shape, fortran_order, dtype, file.tell()


def _array(
    archive: Archive, member: str, shape: tuple[int, ...], dtype: np.dtype[Any], fortran_order: bool, begin: int
) -> np.ndarray:
    numbers = np.frombuffer(archive.read(member), dtype, offset=begin)
    return as_read(numbers.reshape(shape, order="F" if fortran_order else "C"))
