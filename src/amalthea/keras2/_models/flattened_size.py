"""How many numbers a layer gets for each picture, told by its weights in a file."""

from os import PathLike, fspath
from typing import Any

from ...errors import WeightsMismatchError
from ...weights import StoredLayer, read_weights


def flattened_size(path: str | PathLike[str], layer: Any, place: int) -> int:
    """The size of the vectors that a layer takes.

    Args:
        path: of the weights of its model.
        layer: not built yet; a dense one, or one with a number for each place, such as batch normalisation.
        place: how many layers with weights there are before it.

    Raises:
        WeightsMismatchError: none of the file's layers can be this one, or several, so that nobody can tell which.
        WeightsError, MissingFileError: see ``amalthea.weights.read_weights``.
    """
    stored = [each for each in read_weights(path) if each.tensors]
    fitting = [each for each in stored if _fits(layer, each)]
    likeliest = [each for each in stored if each.name == layer.name], stored[place : place + 1], fitting
    for those in likeliest:
        sizes = {each.tensors[0].shape[0] for each in those if _fits(layer, each)}
        if len(sizes) == 1:
            return sizes.pop()
    found = ", ".join(f"{each.label} {each.tensors[0].shape}" for each in stored[:5])
    raise WeightsMismatchError(
        f"{fspath(path)} does not tell the size of {layer.name!r}, whose weights would be of shape {_shape(layer)}; it "
        f"has {found or 'no weights'}. Check the path."
    )


def _fits(layer: Any, stored: StoredLayer) -> bool:
    shape = stored.tensors[0].shape
    return bool(shape) and shape[1:] == _shape(layer)[1:]


def _shape(layer: Any) -> tuple[int | None, ...]:
    units = getattr(layer, "units", None)
    return (None,) if units is None else (None, units)
