"""Giving a file's numbers to a network: if all of them fit, and else none."""

from collections.abc import Sequence
from os import PathLike, fspath

import numpy as np

from ..errors import WeightsMismatchError
from .formats import read_weights
from .layer import Layer, Variable, shapes
from .mismatch import mismatch_message
from .report import LoadReport
from .stored import StoredLayer, StoredTensor


def load_weights(layers: Sequence[Layer], path: str | PathLike[str]) -> LoadReport:
    """Fills layers from a weight file.

    Args:
        layers: in the order of the file, such as ``model.layers``; those without weights are passed over.
        path: see ``read_weights``.

    Returns:
        What was loaded, and what of the file was left over.

    Raises:
        WeightsMismatchError: see ``assign_weights``.
        WeightsError, MissingFileError: see ``read_weights``.

    Example:
        >>> print(load_weights(model.layers, "my_weights.h5"))
        3 layers loaded
    """
    return assign_weights(layers, read_weights(path), source=fspath(path))


def assign_weights(layers: Sequence[Layer], stored: Sequence[StoredLayer], *, source: str) -> LoadReport:
    """Fills layers by their order, as Keras does for its official files, with every shape checked.

    Everything is read before anything is assigned. Layers at the end of the file that the model lacks are skipped, so
    that a file with the classifier fills a model without.

    Args:
        layers: those without weights are passed over.
        stored: what ``read_weights`` returned; layers without tensors are passed over.
        source: names the file in an error.

    Returns:
        What was loaded, and what of the file was left over.

    Raises:
        WeightsMismatchError: the file has too few layers, or other shapes; it shows both sides. Nothing was assigned.
        BrokenWeightsError: the numbers of a tensor cannot be read. Nothing was assigned.

    Example:
        >>> stored = read_weights("my_weights.h5")
        >>> assign_weights(model.layers[:3], stored, source="my_weights.h5").skipped
        ('dense',)
    """
    owners = [layer for layer in layers if layer.weights]
    holders = [layer for layer in stored if layer.tensors]
    report = _compare(owners, holders)
    if report.missing or report.mismatched:
        raise WeightsMismatchError(mismatch_message(owners, holders, report, source))
    pairs = [
        (variable, tensor)
        for layer, holder in zip(owners, holders, strict=False)
        for variable, tensor in zip(layer.weights, holder.tensors, strict=True)
    ]
    arrays = [_array_for(variable, tensor) for variable, tensor in pairs]
    for (variable, _), array in zip(pairs, arrays, strict=True):
        variable.assign(array)
    return report


def _compare(owners: Sequence[Layer], holders: Sequence[StoredLayer]) -> LoadReport:
    pairs = list(zip(owners, holders, strict=False))
    mismatched = tuple(layer.name for layer, holder in pairs if not _fits(layer, holder))
    missing = tuple(layer.name for layer in owners[len(holders) :])
    return LoadReport(
        loaded=() if mismatched or missing else tuple(layer.name for layer in owners),
        skipped=tuple(holder.name for holder in holders[len(owners) :]),
        missing=missing,
        mismatched=mismatched,
    )


def _fits(layer: Layer, holder: StoredLayer) -> bool:
    wanted = shapes(layer)
    return len(wanted) == len(holder.tensors) and all(
        tensor.axes_for(shape) is not None for tensor, shape in zip(holder.tensors, wanted, strict=True)
    )


def _array_for(variable: Variable, tensor: StoredTensor) -> np.ndarray:
    axes = tensor.axes_for(tuple(variable.shape))
    # Contiguous, because not every backend takes an array with its axes swapped.
    return np.asarray(tensor.read().transpose(axes), order="C")
