"""Keras 1 and 2 weights in HDF5: ``save_weights("x.h5")``, and the weights within ``save("x.h5")``.

The root's attribute ``layer_names`` orders the groups, each group's ``weight_names`` its datasets. HDF5 allows a file
to point to other files (external links, external or virtual datasets): no weight file does, so none is followed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, takewhile
from pathlib import Path

import h5py
import numpy as np

from ..errors import BrokenWeightsError, WeightsError
from .global_heap import has_endless_heap
from .stored import Layout, StoredLayer, StoredTensor


def read_hdf5(path: Path) -> tuple[StoredLayer, ...]:
    """The layers of a Keras 1 or 2 file, in its order; the file stays open as long as one of their tensors lives.

    Raises:
        BrokenWeightsError: truncated, damaged, no weights of Keras, or pointing to other files.
        WeightsError: weights of Keras 3.
    """
    with _readable(path):
        if has_endless_heap(path):
            raise _ContentError("the heap with its names is damaged")
        file = h5py.File(path, "r")
        root = _weights_root(file)
        return tuple(_layer(root, name) for name in _names(root, "layer_names"))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except _ContentError as problem:
        raise BrokenWeightsError(f"{path}: {problem}. Fetch the file again, or save it again with Keras.") from None
    except WeightsError:
        raise
    # h5py turns the failures of its library into almost every built-in exception.
    except Exception as problem:
        raise BrokenWeightsError(
            f"{path} is a truncated or damaged HDF5 file ({problem}). Fetch it again, or save it again with Keras."
        ) from problem


class _ContentError(Exception):
    """HDF5, but not the weights of a Keras model."""


def _weights_root(file: h5py.File) -> h5py.Group:
    if _has_names(file, "layer_names"):
        return file
    if "model_weights" in file:
        root = _node(file, "model_weights")
        if isinstance(root, h5py.Group) and _has_names(root, "layer_names"):
            return root
    if "layers" in file or "_layer_checkpoint_dependencies" in file:
        raise WeightsError(
            f"{file.filename} holds weights in the format of Keras 3, which a later version of Amalthea will read. "
            "Until then load it with Keras, and save the whole model as 'name.h5'."
        )
    raise _ContentError("it is HDF5, but no weights of a Keras model: it has no attribute 'layer_names'")


def _layer(root: h5py.Group, name: str) -> StoredLayer:
    group = _node(root, name)
    if not isinstance(group, h5py.Group):
        raise _ContentError(f"layer {name!r} is no group")
    return StoredLayer(name, tuple(_tensor(group, weight) for weight in _names(group, "weight_names")))


def _tensor(group: h5py.Group, name: str) -> StoredTensor:
    dataset = _node(group, name)
    if not isinstance(dataset, h5py.Dataset) or dataset.shape is None:
        raise _ContentError(f"weight {name!r} is no array")
    if dataset.dtype.kind not in "fiu":
        raise _ContentError(f"weight {name!r} holds {dataset.dtype}, not numbers")
    if dataset.external or dataset.is_virtual:
        raise _ContentError(f"weight {name!r} lies in another file, which is not followed")
    return StoredTensor(name, dataset.shape, dataset.dtype, Layout.KERAS, partial(_array, dataset, group.file))


def _array(dataset: h5py.Dataset, file: h5py.File) -> np.ndarray:
    # `file` is here to stay open: HDF5 closes the datasets of a file together with it.
    with _readable(Path(file.filename)):
        array: np.ndarray = dataset[()]
        return array


def _node(group: h5py.Group, name: str) -> h5py.Group | h5py.Dataset:
    """What a path inside the file leads to, refusing every link that could lead out of it."""
    node = group
    for part in name.split("/"):
        link = node.get(part, getlink=True) if isinstance(node, h5py.Group) else None
        if link is None:
            raise _ContentError(f"{name!r} is missing")
        if not isinstance(link, h5py.HardLink):
            raise _ContentError(f"{name!r} is a link, which is not followed")
        node = node[part]
    return node


def _has_names(group: h5py.Group, attribute: str) -> bool:
    return attribute in group.attrs or f"{attribute}0" in group.attrs


def _names(group: h5py.Group, attribute: str) -> list[str]:
    """A list of names; Keras splits one that is too long for HDF5 over attributes numbered from 0."""
    numbered = takewhile(group.attrs.__contains__, (f"{attribute}{number}" for number in count()))
    parts = [attribute] if attribute in group.attrs else list(numbered)
    if not parts:
        raise _ContentError(f"{group.name!r} has no attribute {attribute!r}")
    return [name for part in parts for name in _strings(group, part)]


def _strings(group: h5py.Group, attribute: str) -> list[str]:
    """One list. Its type is checked first, because reading texts of an unknown encoding may crash HDF5 (2.0.0)."""
    stored = group.attrs.get_id(attribute)
    if stored.shape == (0,):
        return []
    kind = stored.get_type()
    encodings = (h5py.h5t.CSET_ASCII, h5py.h5t.CSET_UTF8)
    if not stored.shape or not isinstance(kind, h5py.h5t.TypeStringID) or kind.get_cset() not in encodings:
        raise _ContentError(f"attribute {attribute!r} of {group.name!r} holds no list of names")
    names = np.ravel(group.attrs[attribute])
    return [name.decode() if isinstance(name, bytes) else str(name) for name in names]
