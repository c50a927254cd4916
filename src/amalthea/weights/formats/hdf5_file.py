"""HDF5 as weight files use it, and no more of it: groups, arrays of numbers, names.

HDF5 allows a file to point to other files (external links, external or virtual datasets), to itself, and to promise
more than it holds: no weight file does, so none of it is followed.
"""

import math
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import count, takewhile
from pathlib import Path

import h5py
import numpy as np

from ...errors import BrokenWeightsError, WeightsError
from ..stored import Layout, StoredTensor
from .bfloat16 import BFLOAT16, as_read, dtype_as_read
from .bounds import is_excessive
from .hdf5_texts import Content, may_be_read


class ContentError(Exception):
    """HDF5, but not the weights of a Keras model."""


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turns whatever goes wrong inside into an error that names the file."""
    try:
        yield
    except ContentError as problem:
        raise BrokenWeightsError(f"{path}: {problem}. Fetch the file again, or save it again with Keras.") from None
    except WeightsError:
        raise
    # h5py turns the failures of its library into almost every built-in exception.
    except Exception as problem:
        raise BrokenWeightsError(
            f"{path} is a truncated or damaged HDF5 file ({problem}). Fetch it again, or save it again with Keras."
        ) from problem


@dataclass(frozen=True, slots=True)
class Source:
    """An open file, which stays open as long as something of it lives.

    Attributes:
        path: of the file, or of the zip file that it lies in.
        content: all its bytes.
        file: the same as groups and arrays.
    """

    path: Path
    content: Content
    file: h5py.File


def open_hdf5(path: Path, content: bytes | None = None) -> Source:
    """Opens a file that is not empty, or the content of one that lies in a zip file."""
    if content is not None:
        return Source(path, content, h5py.File(BytesIO(content), "r"))
    with path.open("rb") as file:
        return Source(path, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), h5py.File(path, "r"))


def has(group: h5py.Group, name: str) -> bool:
    """Whether a group has a member; unlike ``in``, without looking where a link leads."""
    return bool(group.id.links.exists(name.encode()))


def node(group: h5py.Group, name: str) -> h5py.Group | h5py.Dataset:
    """What a path inside the file leads to, refusing every link that could lead out of it."""
    found = group
    for part in name.split("/"):
        if not isinstance(found, h5py.Group) or not has(found, part):
            raise ContentError(f"{name!r} is missing")
        if found.id.links.get_info(part.encode()).type != h5py.h5l.TYPE_HARD:
            raise ContentError(f"{name!r} is a link, which is not followed")
        found = found[part]
    return found


def tensor(source: Source, group: h5py.Group, name: str) -> StoredTensor:
    """An array of numbers that the file really has."""
    dataset = node(group, name)
    if not isinstance(dataset, h5py.Dataset) or dataset.shape is None:
        raise ContentError(f"weight {name!r} is no array")
    dtype = dataset.dtype
    if dtype.kind not in "fiu" and dtype != BFLOAT16:
        raise ContentError(f"weight {name!r} holds {dtype}, not numbers")
    layout = dataset.id.get_create_plist()
    if layout.get_external_count() or layout.get_layout() == h5py.h5d.VIRTUAL:
        raise ContentError(f"weight {name!r} lies in another file, which is not followed")
    stored = dataset.id.get_storage_size()
    if layout.get_layout() == h5py.h5d.CHUNKED:
        # What all chunks may hold is checked with all tensors of the file; one of them is unpacked as a whole.
        excessive = is_excessive(math.prod(layout.get_chunk()) * dtype.itemsize, stored)
    else:
        excessive = dataset.size * dtype.itemsize > stored
    if excessive:
        raise ContentError(f"weight {name!r} claims more numbers than the file has")
    return StoredTensor(name, dataset.shape, dtype_as_read(dtype), Layout.KERAS, partial(_array, dataset, source))


def _array(dataset: h5py.Dataset, source: Source) -> np.ndarray:
    # HDF5 closes the datasets of a file together with it: here the source keeps it open.
    with readable(source.path):
        return as_read(dataset[()])


def has_names(group: h5py.Group, attribute: str) -> bool:
    """Whether a group has the attribute, or the first part of it: see ``names``."""
    return attribute in group.attrs or f"{attribute}0" in group.attrs


def names(source: Source, group: h5py.Group, attribute: str) -> list[str]:
    """A list of names; Keras splits one that is too long for HDF5 over attributes numbered from 0."""
    numbered = takewhile(group.attrs.__contains__, (f"{attribute}{number}" for number in count()))
    parts = [attribute] if attribute in group.attrs else list(numbered)
    if not parts:
        raise ContentError(f"{group.name!r} has no attribute {attribute!r}")
    return [name for part in parts for name in texts(source, group, part)]


def texts(source: Source, group: h5py.Group, attribute: str) -> list[str]:
    """A text or a list of them. The type is checked first: reading an unknown encoding may crash HDF5 (2.0.0)."""
    stored = group.attrs.get_id(attribute)
    if stored.shape == (0,):
        return []
    kind = stored.get_type()
    encodings = (h5py.h5t.CSET_ASCII, h5py.h5t.CSET_UTF8)
    if stored.shape is None or not isinstance(kind, h5py.h5t.TypeStringID) or kind.get_cset() not in encodings:
        raise ContentError(f"attribute {attribute!r} of {group.name!r} holds no list of names")
    if kind.is_variable_str() and not may_be_read(source.content, h5py.h5o.get_info(group.id).addr, attribute):
        raise ContentError(f"the texts of attribute {attribute!r} of {group.name!r} are damaged")
    found = np.ravel(group.attrs[attribute])
    return [name.decode() if isinstance(name, bytes) else str(name) for name in found]
