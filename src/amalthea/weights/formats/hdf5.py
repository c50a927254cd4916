"""Weights in HDF5: which Keras wrote them, told by what the file's root holds."""

from pathlib import Path

import h5py

from ..stored import StoredLayer
from .hdf5_file import ContentError, has, has_names, node, open_hdf5, readable
from .keras2 import read_keras2
from .keras3 import ROOTS, read_keras3


def read_hdf5(path: Path, content: bytes | None = None) -> tuple[StoredLayer, ...]:
    """The layers of a file of Keras; the file stays open as long as one of their tensors lives.

    Args:
        path: of the file, or of the zip file that it lies in.
        content: of the file, where it lies in a zip file.

    Raises:
        BrokenWeightsError: truncated, damaged, no weights of Keras, or pointing to other files.
        WeightsError: quantised weights.
    """
    with readable(path):
        source = open_hdf5(path, content)
        file = source.file
        if has_names(file, "layer_names"):
            return read_keras2(source, file)
        if has(file, "model_weights"):
            root = node(file, "model_weights")
            if isinstance(root, h5py.Group) and has_names(root, "layer_names"):
                return read_keras2(source, root)
        for name in ROOTS:
            if has(file, name):
                return read_keras3(source, name)
        raise ContentError("it is HDF5, but no weights of a Keras model: it has no attribute 'layer_names'")
