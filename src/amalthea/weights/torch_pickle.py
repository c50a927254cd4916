"""PyTorch's old file format, without PyTorch: five pickles, then the numbers of each storage.

The pickles are a magic number, the version 1001, facts about the writer's machine, the state dict and the storages'
order. Each storage follows as its count (8 bytes) and its numbers. PyTorch wrote it until 1.5, and still does with
``torch.save(…, _use_new_zipfile_serialization=False)``.
"""

import math
import os
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..errors import BrokenWeightsError, UnsafeWeightsError
from .pickle_machine import ForbiddenError, PickleMachine
from .stored import Layout, StoredLayer, StoredTensor

_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
# Bytes. Bounds the work on a hostile file; a state dict takes about 160 for each tensor.
_MAX_PICKLES = 2**22
# Bytes before the numbers of each storage.
_COUNT_SIZE = 8
_MAX_RANK = 8
_DTYPES = {
    "torch.ByteStorage": "u1",
    "torch.CharStorage": "i1",
    "torch.ShortStorage": "<i2",
    "torch.IntStorage": "<i4",
    "torch.LongStorage": "<i8",
    "torch.HalfStorage": "<f2",
    "torch.FloatStorage": "<f4",
    "torch.DoubleStorage": "<f8",
}


def read_torch_pickle(path: Path) -> tuple[StoredLayer, ...]:
    """The tensors of a state dict, grouped by module in the file's order, without BatchNorm's ``num_batches_tracked``.

    Raises:
        UnsafeWeightsError: the pickle asks for anything but tensors; nothing of it was run.
        BrokenWeightsError: truncated, damaged, or no state dict.
    """
    try:
        with path.open("rb") as file:
            tensors = _tensors(path, file)
    except ForbiddenError as problem:
        raise UnsafeWeightsError(
            f"{path} asks for {problem}, which can run code; a weight file may ask for nothing but tensors. Nothing "
            "was run. If you trust its source, load it in PyTorch and save `model.state_dict()` alone."
        ) from None
    except (ValueError, TypeError, LookupError) as problem:
        raise _broken(path, problem) from problem
    modules = groupby(tensors, key=lambda tensor: tensor.name.rpartition(".")[0])
    return tuple(StoredLayer(module, tuple(members)) for module, members in modules)


@dataclass(frozen=True, slots=True)
class _Storage:
    """A run of numbers in the file."""

    key: str
    dtype: np.dtype[Any]
    count: int


@dataclass(frozen=True, slots=True)
class _View:
    """A tensor: numbers of a storage; offset and strides count numbers, not bytes."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def span(self) -> int:
        """How many numbers of the storage, from the offset on, hold this tensor."""
        if 0 in self.shape:
            return 0
        return 1 + sum((length - 1) * stride for length, stride in zip(self.shape, self.strides, strict=True))


def _tensors(path: Path, file: BinaryIO) -> list[StoredTensor]:
    pickles = BytesIO(file.read(_MAX_PICKLES))
    if _machine().run(pickles) != _MAGIC or _machine().run(pickles) != _VERSION:
        raise ValueError("a pickle, but not of PyTorch")
    writer, state, order = (_machine().run(pickles) for _ in range(3))
    if not isinstance(writer, dict) or writer.get("little_endian") is not True:
        raise ValueError("not written by a little-endian machine")
    if not isinstance(state, dict) or not all(isinstance(view, _View) for view in state.values()):
        raise ValueError("no state dict, which has nothing but tensors: save `model.state_dict()`")
    file.seek(pickles.tell())
    positions = _positions(file, order, {view.storage.key: view.storage for view in state.values()})
    return [
        _stored(path, name, view, positions[view.storage])
        for name, view in state.items()
        if not name.endswith(".num_batches_tracked")
    ]


def _machine() -> PickleMachine:
    allowed = {
        "collections.OrderedDict": _ordered_dict,
        "torch._utils._rebuild_tensor_v2": _rebuild_tensor,
        **{name: np.dtype(code) for name, code in _DTYPES.items()},
    }
    return PickleMachine(allowed, _storage)


def _ordered_dict() -> dict[str, Any]:
    return {}


def _storage(persistent_id: Any) -> _Storage:
    kind, dtype, key, _location, count, view = persistent_id
    known = kind == "storage" and isinstance(dtype, np.dtype) and isinstance(key, str) and view is None
    if not known or not _natural(count):
        raise ValueError("a storage of an unknown kind")
    return _Storage(key, dtype, count)


def _rebuild_tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_gradient: Any) -> _View:
    if not isinstance(storage, _Storage) or not isinstance(shape, tuple) or not isinstance(strides, tuple):
        raise ValueError("a tensor of an unknown kind")
    if len(shape) > _MAX_RANK or len(shape) != len(strides) or not all(map(_natural, (offset, *shape, *strides))):
        raise ValueError("a tensor of impossible shape")
    view = _View(storage, offset, shape, strides)
    # A stride of 0 would let one number claim any size.
    if offset + view.span > storage.count or math.prod(shape) > storage.count:
        raise ValueError("a tensor larger than its storage")
    return view


def _natural(number: Any) -> bool:
    return type(number) is int and number >= 0


def _positions(file: BinaryIO, order: Any, storages: dict[str, _Storage]) -> dict[_Storage, int]:
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


def _stored(path: Path, name: str, view: _View, position: int) -> StoredTensor:
    return StoredTensor(name, view.shape, view.storage.dtype, Layout.TORCH, partial(_array, path, view, position))


def _array(path: Path, view: _View, position: int) -> np.ndarray:
    itemsize = view.storage.dtype.itemsize
    try:
        numbers = np.fromfile(path, view.storage.dtype, view.span, offset=position + view.offset * itemsize)
    except OSError as problem:
        raise _broken(path, problem) from problem
    if numbers.size < view.span:
        raise _broken(path, "it ends early")
    strides = [stride * itemsize for stride in view.strides]
    return np.lib.stride_tricks.as_strided(numbers, view.shape, strides).copy()


def _broken(path: Path, problem: object) -> BrokenWeightsError:
    return BrokenWeightsError(
        f"{path} is no weight file of PyTorch, or truncated or damaged ({problem}). Fetch it again."
    )
