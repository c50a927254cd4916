"""What a model of Keras 1 and 2 in HDF5 keeps beside its weights: texts, and the state of the optimizer.

The root's attributes ``model_config`` and ``training_config`` are JSON; the weights then lie in the group
``model_weights``, which in a file of weights alone is the root.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np

from ..stored import StoredTensor
from .hdf5_file import Source, has, names, node, open_hdf5, readable, tensor, texts
from .keras2 import write_arrays, write_layers

_TEXTS = ("model_config", "training_config", "keras_version", "backend")


def read_beside(path: Path) -> tuple[dict[str, str], tuple[StoredTensor, ...]]:
    """The texts of a file by name, and the optimizer's arrays in order; either may be empty.

    Raises:
        BrokenWeightsError: truncated, damaged, or no HDF5.
    """
    with readable(path):
        source = open_hdf5(path)
        file = source.file
        groups = [node(file, "model_weights"), file] if has(file, "model_weights") else [file]
        found = {name: text for group in groups for name, text in _texts(source, group).items()}
        if not has(file, "optimizer_weights"):
            return found, ()
        group = node(file, "optimizer_weights")
        return found, tuple(tensor(source, group, name) for name in names(source, group, "weight_names"))


def write_keras2_model(
    path: Path,
    layers: Sequence[tuple[str, Mapping[str, np.ndarray]]],
    found: Mapping[str, str],
    optimizer: Mapping[str, np.ndarray],
) -> None:
    """Writes a model, or weights alone where its texts have no ``model_config``.

    Raises:
        WeightsError: names that HDF5 cannot hold.
    """
    with h5py.File(path, "w") as file:
        whole = "model_config" in found
        root = file.create_group("model_weights") if whole else file
        write_layers(root, layers)
        for name, text in found.items():
            file.attrs[name] = text.encode()
            if name in ("keras_version", "backend"):  # Keras looks for them beside the names of the layers
                root.attrs[name] = text.encode()
        if whole and optimizer:
            write_arrays(file.create_group("optimizer_weights"), optimizer)


def _texts(source: Source, group: h5py.Group) -> dict[str, str]:
    return {name: "".join(texts(source, group, name)) for name in _TEXTS if name in group.attrs}
