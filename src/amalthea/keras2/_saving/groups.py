"""Weights of layers from an HDF5 file that a script has opened itself, as networks of several authors do."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py

from ...errors import ArgumentTypeError
from .filling import fill


@dataclass(frozen=True)
class _Layers:
    """Layers that are filled as those of a model are.

    Attributes:
        layers: in the order of the file.
        name: for messages.
    """

    layers: list[Any]
    name: str = "the list of layers"


def load_weights_from_hdf5_group(f: h5py.Group, layers: Iterable[Any], reshape: bool = False) -> None:
    """Fill layers in their order.

    Args:
        f: an open file of weights or of a whole model, or the group ``model_weights`` in it.
        layers: as many with weights as the file has.
        reshape: give the file's numbers the shape that a layer wants, where there are as many.

    Raises:
        ArgumentTypeError: no open file.
        WeightsMismatchError: the file does not fit; no weight has changed.
    """
    fill(_Layers(list(layers)), _path(f), reshape=reshape)


def load_weights_from_hdf5_group_by_name(
    f: h5py.Group, layers: Iterable[Any], skip_mismatch: bool = False, reshape: bool = False
) -> None:
    """Fill the layers whose names the file has, and leave the others.

    Args:
        f: as above.
        layers: of the model, in any order.
        skip_mismatch: leave layers for which the file has other shapes.
        reshape: as above.

    Raises:
        ArgumentTypeError: no open file.
        WeightsMismatchError: the file does not fit; no weight has changed.
    """
    fill(_Layers(list(layers)), _path(f), by_name=True, skip_mismatch=skip_mismatch, reshape=reshape)


def _path(group: Any) -> Path:
    if not isinstance(group, h5py.Group):
        raise ArgumentTypeError(f"{group!r} is no open HDF5 file. For a path: model.load_weights(path).")
    return Path(group.file.filename)
