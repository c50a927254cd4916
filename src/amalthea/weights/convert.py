"""A weight file in another format, with the same layers and numbers, as float32."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

import numpy as np

from ..errors import ArgumentError, MissingFileError, WeightsError
from ..storage import atomic_file
from .formats import read_weights
from .stored import StoredLayer, StoredTensor

_SUFFIXES = (".safetensors", ".npz", ".h5")


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was written.

    Attributes:
        path: of the new file.
        layers: how many layers with weights it holds.
        numbers: how many numbers.
    """

    path: Path
    layers: int
    numbers: int

    def __str__(self) -> str:
        return f"{self.path}: {self.layers} layers, {self.numbers:,} numbers"


def convert_weights(source: str | PathLike[str], target: str | PathLike[str], *, overwrite: bool = False) -> Conversion:
    """Writes a weight file in the format that the new suffix names; the new file appears whole or not at all.

    ``.safetensors`` and ``.npz`` keep the file's names and axes: ``conv1/kernel`` for Keras, ``layers/conv2d/vars/0``
    where a file of Keras 3 keeps no order of its layers, ``conv1.weight`` for PyTorch. ``.h5`` is the format of Keras
    2, which Keras 3 reads as well.

    Args:
        source: whatever ``read_weights`` reads.
        target: ends in ``.safetensors``, ``.npz`` or ``.h5``.
        overwrite: whether to replace a file that is there already.

    Returns:
        What was written.

    Raises:
        ArgumentError: another suffix, or a file that is there already.
        WeightsError, MissingFileError: see ``read_weights``; or weights that the new format cannot hold, or there is no
            folder for the new file.
        StorageError: the folder cannot be written, or the disk is full.

    Example:
        >>> print(convert_weights("my_weights.h5", "my_weights.safetensors"))
        my_weights.safetensors: 3 layers, 105 numbers
    """
    source, target = Path(fspath(source)), Path(fspath(target))
    _check_target(target, overwrite)
    stored = [layer for layer in read_weights(source) if layer.tensors]
    _check_axes_and_order(stored, source, target.suffix)
    _check_names(stored, source, target.suffix)
    # Everything is read before the file is begun.
    layers = [
        (layer.name, dict(zip(_keys(layer, target.suffix), map(StoredTensor.numbers, layer.tensors), strict=True)))
        for layer in stored
    ]
    with atomic_file(target, setting=None) as temporary:
        _write(temporary, layers, in_order=_in_order(stored))
    return Conversion(target, len(layers), sum(array.size for _, arrays in layers for array in arrays.values()))


def _check_target(target: Path, overwrite: bool) -> None:
    if target.suffix not in _SUFFIXES:
        raise ArgumentError(f"{target}: the suffix chooses the format; allowed are {', '.join(_SUFFIXES)}.")
    if target.name.endswith(".weights.h5"):
        raise ArgumentError(f"{target}: Keras keeps the suffix .weights.h5 for another format. Call it name.h5.")
    if not target.parent.is_dir():
        raise MissingFileError(f"{target} cannot be written, for there is no folder {target.parent}. Make it first.")
    if target.exists() and not overwrite:
        raise ArgumentError(f"{target} exists already. Choose another name, or overwrite it with --force.")


def _check_axes_and_order(layers: Sequence[StoredLayer], source: Path, suffix: str) -> None:
    """Refuses what would become wrong weights in the new format."""
    if suffix == ".h5" and any(layer.has_torch_axes for layer in layers):
        raise WeightsError(
            f"{source} has the names and axes of PyTorch, which .h5 cannot hold. Convert it to .safetensors; or build "
            f"the network of Keras with weights={str(source)!r} and save that."
        )
    numbered = all(_is_keras3(tensor) for layer in layers for tensor in layer.tensors)
    if not _in_order(layers) and (suffix == ".h5" or (suffix == ".npz" and not numbered)):
        raise WeightsError(
            f"{source} does not keep the order of its layers, which {suffix} needs. Convert it to .safetensors, or "
            "take another file, such as the whole model as '.keras'."
        )


def _check_names(layers: Sequence[StoredLayer], source: Path, suffix: str) -> None:
    """Refuses two weights of one name, such as those of a model within the model that is one layer in its file."""
    keys = [(layer.name if suffix == ".h5" else "", key) for layer in layers for key in _keys(layer, suffix)]
    if len(set(keys)) < len(keys):
        raise WeightsError(
            f"{source} holds two weights of one name, or a model within the model, which {suffix} cannot hold. "
            "Keep the file as it is."
        )


def _in_order(layers: Sequence[StoredLayer]) -> bool:
    return all(layer.address is None for layer in layers)


def _is_keras3(tensor: StoredTensor) -> bool:
    return tensor.name.startswith("layers/")


def _keys(layer: StoredLayer, suffix: str) -> list[str]:
    """The names of a layer's tensors in the new file."""
    names = [tensor.name for tensor in layer.tensors]
    if suffix == ".h5" or layer.address is not None or layer.has_torch_axes:
        return names
    return [f"{layer.name}/{name.rpartition('/')[2].removesuffix(':0')}" for name in names]


def _write(path: Path, layers: Sequence[tuple[str, Mapping[str, np.ndarray]]], *, in_order: bool) -> None:
    arrays = {key: array for _, members in layers for key, array in members.items()}
    if path.suffix == ".safetensors":
        from .formats.safetensors import write_safetensors

        write_safetensors(path, arrays, in_order=in_order)
    elif path.suffix == ".npz":
        from .formats.npz import write_npz

        write_npz(path, arrays)
    else:
        from .formats.keras2 import write_keras2

        write_keras2(path, layers)
