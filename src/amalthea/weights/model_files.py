"""Files of Keras 1 and 2: what they keep beside the weights, and writing them. The weights are ``read_weights``'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

import numpy as np

from ..storage import atomic_file
from .stored import StoredTensor


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What an HDF5 file of Keras keeps beside its weights.

    Attributes:
        texts: by name; ``model_config`` and ``training_config`` are JSON, ``keras_version`` and ``backend`` tell who
            wrote it. Each may be missing.
        optimizer: the arrays of the optimizer, in their order.
    """

    texts: Mapping[str, str]
    optimizer: tuple[StoredTensor, ...] = ()


def read_model_file(path: str | PathLike[str]) -> ModelFile:
    """Reads what an HDF5 file keeps beside its weights; nothing in it is ever run.

    Args:
        path: of a model or weights of Keras in HDF5.

    Raises:
        BrokenWeightsError: truncated, damaged, or no HDF5.

    Example:
        >>> read_model_file("my_weights.h5").texts
        {}
    """
    from .formats.keras2_model import read_beside

    return ModelFile(*read_beside(Path(fspath(path))))


def write_model_file(
    path: str | PathLike[str],
    layers: Sequence[tuple[str, Mapping[str, np.ndarray]]],
    texts: Mapping[str, str],
    optimizer: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Writes a model in the HDF5 layout of Keras 2, whole or not at all.

    Args:
        path: the file; one that is there is replaced.
        layers: in the order of the model, each with its arrays by name.
        texts: see ``ModelFile``; without ``model_config`` it is a file of weights alone.
        optimizer: the optimizer's arrays by name, if the model is trained on.

    Raises:
        StorageError: the folder cannot be written, or the disk is full.
        WeightsError: names that HDF5 cannot hold.

    Example:
        >>> write_model_file("two.h5", [("dense_1", {"dense_1/bias:0": np.zeros(2)})], {"keras_version": "2.3.1"})
        >>> read_model_file("two.h5").texts
        {'keras_version': '2.3.1'}
    """
    from .formats.keras2_model import write_keras2_model

    with atomic_file(Path(fspath(path)), setting=None) as temporary:
        write_keras2_model(temporary, layers, texts, optimizer or {})
