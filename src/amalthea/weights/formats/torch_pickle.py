"""PyTorch's old file format: five pickles, then the numbers of each storage.

The pickles are a magic number, the version 1001, facts about the writer's machine, the state dict and the storages'
order. Each storage follows as its count (8 bytes) and its numbers. PyTorch wrote it until 1.5, and still does with
``torch.save(…, _use_new_zipfile_serialization=False)``.
"""

import os
from collections.abc import Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..stored import Layout, StoredLayer, StoredTensor
from .bfloat16 import dtype_as_read
from .names import torch_layers
from .torch_state import MAX_PICKLE, StatePickle, Storage, View, broken, explained, views

_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
# Bytes before the numbers of each storage.
_COUNT_SIZE = 8


def read_torch_pickle(path: Path) -> tuple[StoredLayer, ...]:
    """The tensors of a state dict, grouped by module in the file's order.

    Raises:
        UnsafeWeightsError: the pickle asks for anything but tensors; nothing of it was run.
        BrokenWeightsError: truncated, damaged, or no state dict.
    """
    with explained(path), path.open("rb") as file:
        pickles = BytesIO(file.read(MAX_PICKLE))
        unpickle = StatePickle()
        if unpickle.load(pickles) != _MAGIC or unpickle.load(pickles) != _VERSION:
            raise ValueError("a pickle, but not of PyTorch")
        writer, state, order = (unpickle.load(pickles) for _ in range(3))
        if not isinstance(writer, dict) or writer.get("little_endian") is not True:
            raise ValueError("not written by a little-endian machine")
        found = views(state)
        file.seek(pickles.tell())
        positions = _positions(file, order, unpickle.storages)
        return torch_layers([_stored(path, name, view, positions[view.storage]) for name, view in found.items()])


def _positions(file: BinaryIO, order: Any, storages: Mapping[str, Storage]) -> dict[Storage, int]:
    """Where in the file the numbers of each storage begin, in bytes."""
    size = os.fstat(file.fileno()).st_size
    positions = {}
    for key in order:
        if not isinstance(key, str) or key not in storages:
            raise ValueError("a storage that no tensor uses")
        storage = storages[key]
        count = int.from_bytes(file.read(_COUNT_SIZE), "little")
        begin = file.tell()
        end = begin + count * storage.dtype.itemsize
        if count != storage.count or end > size:
            raise ValueError(f"{storage.count} numbers should begin at byte {begin} of {size}")
        positions[storage] = begin
        file.seek(end)
    return positions


def _stored(path: Path, name: str, view: View, position: int) -> StoredTensor:
    read = partial(_array, path, view, position)
    return StoredTensor(name, view.shape, dtype_as_read(view.storage.dtype), Layout.TORCH, read)


def _array(path: Path, view: View, position: int) -> np.ndarray:
    dtype = view.storage.dtype
    try:
        numbers = np.fromfile(path, dtype, view.span, offset=position + view.offset * dtype.itemsize)
    except OSError as problem:
        raise broken(path, problem) from problem
    if numbers.size < view.span:
        raise broken(path, "it ends early")
    return view.array(numbers)
