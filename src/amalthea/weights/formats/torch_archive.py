"""PyTorch's zip format: the pickled state dict in ``data.pkl``, the numbers of its storages in ``data/0``, ``data/1``.

All lie in a folder that is named after the file. PyTorch has written it since 1.6.
"""

from functools import partial
from io import BytesIO

import numpy as np

from ..stored import Layout, StoredLayer, StoredTensor
from .archive import Archive
from .bfloat16 import dtype_as_read
from .names import torch_layers
from .torch_state import MAX_PICKLE, StatePickle, View, explained, views


def read_torch_archive(archive: Archive) -> tuple[StoredLayer, ...]:
    """The tensors of a state dict, grouped by module in the file's order.

    Raises:
        UnsafeWeightsError: the pickle asks for anything but tensors; nothing of it was run.
        BrokenWeightsError: truncated, damaged, or no state dict.
    """
    pickled = next(name for name in archive.names if name.endswith("data.pkl"))
    folder = pickled.removesuffix("data.pkl")
    order = f"{folder}byteorder"
    with explained(archive.path):
        # Before this record was invented, all machines that wrote the format were little-endian.
        if order in archive.names and archive.read(order) != b"little":
            raise ValueError("not written by a little-endian machine")
        if archive.size(pickled) > MAX_PICKLE:
            raise ValueError("its pickle is too large for a state dict")
        state = views(StatePickle().load(BytesIO(archive.read(pickled))))
        return torch_layers([_stored(archive, f"{folder}data/", name, view) for name, view in state.items()])


def _stored(archive: Archive, folder: str, name: str, view: View) -> StoredTensor:
    storage, member = view.storage, folder + view.storage.key
    if archive.size(member) != storage.count * storage.dtype.itemsize:
        raise ValueError(f"{member!r} should hold {storage.count} numbers")
    return StoredTensor(
        name, view.shape, dtype_as_read(storage.dtype), Layout.TORCH, partial(_array, archive, member, view)
    )


def _array(archive: Archive, member: str, view: View) -> np.ndarray:
    dtype, content = view.storage.dtype, archive.read(member)
    begin = view.offset * dtype.itemsize
    return view.array(np.frombuffer(content[begin : begin + view.span * dtype.itemsize], dtype))
