"""Keras 1 and 2 weights in HDF5: ``save_weights("x.h5")``, and the weights within ``save("x.h5")``, also of Keras 3.

The root's attribute ``layer_names`` orders the groups, each group's ``weight_names`` its datasets. A model within the
model is one layer there, with the trainable weights of its layers before all others.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np

from ...errors import WeightsError
from ..stored import StoredLayer
from .hdf5_file import ContentError, Source, names, node, tensor

# Bytes: HDF5 has room for 64 KiB, and needs a little of it itself.
_MAX_ATTRIBUTE = 64_000


def read_keras2(source: Source, root: h5py.Group) -> tuple[StoredLayer, ...]:
    """The layers in the order of the model.

    Args:
        source: the file.
        root: a group of it that has ``layer_names``.

    Raises:
        ContentError: no weights of Keras.
    """
    return tuple(_layer(source, root, name) for name in names(source, root, "layer_names"))


def write_keras2(path: Path, layers: Sequence[tuple[str, Mapping[str, np.ndarray]]]) -> None:
    """Writes layers, in the order of the model, each with its arrays by name.

    Raises:
        WeightsError: names that HDF5 cannot hold.
    """
    with h5py.File(path, "w") as file:
        write_layers(file, layers)


def write_layers(root: h5py.Group, layers: Sequence[tuple[str, Mapping[str, np.ndarray]]]) -> None:
    """Writes layers into a group, as ``write_keras2`` into a file.

    Raises:
        WeightsError: names that HDF5 cannot hold.
    """
    for name in (name for layer, arrays in layers for name in (layer, *arrays)):
        if not set(name.split("/")).isdisjoint(("", ".")) or "\0" in name:
            raise WeightsError(f"HDF5 cannot hold the name {name!r}. Convert to .safetensors.")
    _set_names(root, "layer_names", [layer for layer, _ in layers])
    for layer, arrays in layers:
        write_arrays(root.create_group(layer), arrays)


def write_arrays(group: h5py.Group, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes arrays by name into a group, with the list of their names."""
    _set_names(group, "weight_names", list(arrays))
    for name, array in arrays.items():
        group.create_dataset(name, data=array)


def _set_names(group: h5py.Group, attribute: str, found: Sequence[str]) -> None:
    """Writes a list of names as Keras does: texts of one length, several attributes where one would be too long."""
    encoded = np.array([name.encode() for name in found], dtype=None if found else "S1")
    parts = np.array_split(encoded, -(-encoded.nbytes // _MAX_ATTRIBUTE) or 1)
    for number, part in enumerate(parts):
        group.attrs[attribute if len(parts) == 1 else f"{attribute}{number}"] = part


def _layer(source: Source, root: h5py.Group, name: str) -> StoredLayer:
    group = node(root, name)
    if not isinstance(group, h5py.Group):
        raise ContentError(f"layer {name!r} is no group")
    return StoredLayer(name, tuple(tensor(source, group, weight) for weight in names(source, group, "weight_names")))
