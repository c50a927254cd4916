"""Giving a file's numbers to a network: if all of them fit, and else none."""

from collections.abc import Callable, Sequence
from os import PathLike, fspath
from typing import Protocol

import numpy as np

from ..errors import ArgumentError, WeightsError, WeightsMismatchError
from .checkpoints import recognise
from .formats import read_weights
from .layer import Layer, Variable
from .matching import Match, matches, places_for
from .mismatch import mismatch_message, other_options
from .report import LoadReport
from .stored import StoredLayer, StoredTensor


class Model(Protocol):
    """Whatever has layers; the models of Keras do."""

    @property
    def layers(self) -> Sequence[Layer]:
        """In the order of the file."""


def load_weights(
    model: Model | Sequence[Layer], path: str | PathLike[str], *, by_name: bool = False, skip_mismatch: bool = False
) -> LoadReport:
    """Fills a network that is built from a weight file.

    Layers are found by their order, and in files that keep none by their address, both with every shape checked. Layers
    of the file that the network lacks are skipped, so that a file with the classifier fills a network without.

    Args:
        model: see ``assign_weights``.
        path: see ``read_weights``.
        by_name: find layers by their name instead; layers whose name the file lacks keep their weights.
        skip_mismatch: layers for which the file has other shapes keep their weights.

    Returns:
        What was loaded, and what was left out on either side.

    Raises:
        ArgumentError: no model, or no path.
        WeightsMismatchError: see ``assign_weights``; it also says which options would fill most layers.
        WeightsError, MissingFileError: see ``read_weights``; or weights of another maker, for which the network has to
            be built accordingly.

    Example:
        >>> print(load_weights(model, "my_weights.h5"))
        3 layers loaded
        >>> print(load_weights(model.layers[2:], "my_weights.h5", by_name=True))
        2 layers loaded; 1 skipped: conv
    """
    layers, stored, source = _layers_of(model), read_weights(path), fspath(path)
    if not _speak_alike(layers, stored, by_name) and (checkpoint := recognise(stored, source=source)):
        raise WeightsError(
            f"{source} holds {checkpoint.variant} by {checkpoint.maker}, whose network may differ from that of Keras. "
            f"Build the model with it, which sees to that: {checkpoint.variant}(weights={source!r})."
        )
    try:
        return assign_weights(
            model, stored, source=source, by_name=by_name, allow_missing=by_name, allow_mismatched=skip_mismatch
        )
    except WeightsMismatchError as problem:
        advice = other_options(matches(layers, stored, by_name=True), source)
        raise WeightsMismatchError("\n".join((str(problem), *advice))) from None


def assign_weights(
    model: Model | Sequence[Layer],
    stored: Sequence[StoredLayer],
    *,
    source: str,
    by_name: bool = False,
    allow_missing: bool = False,
    allow_mismatched: bool = False,
    give_value: Callable[[Variable, np.ndarray], object] = lambda variable, value: variable.assign(value),
) -> LoadReport:
    """Fills layers with what a file holds. Everything is read before anything is assigned, so an error changes nothing.

    Args:
        model: a model; or layers in the order of the file, all of them if it keeps none. Those without weights are
            passed over.
        stored: what ``read_weights`` returned; layers without tensors are passed over.
        source: names the file in an error.
        by_name: see ``load_weights``.
        allow_missing: layers for which the file has nothing keep their weights.
        allow_mismatched: layers for which it has other shapes keep their weights.
        give_value: assigns an array to a variable.

    Returns:
        What was loaded, and what was left out on either side.

    Raises:
        WeightsMismatchError: the file lacks layers, or has other shapes, or nothing at all fits; it shows both sides.
        WeightsError: of which layers of the file these few are the places, nobody can tell.
        BrokenWeightsError: the numbers of a tensor cannot be read.

    Example:
        >>> assign_weights(model.layers[:3], read_weights("my_weights.h5"), source="my_weights.h5").skipped
        ('dense',)
    """
    layers, holders = _layers_of(model), [layer for layer in stored if layer.tensors]
    if layers is model and not by_name:
        _check_addresses(layers, holders, source)
    found = matches(layers, holders, by_name=by_name)
    report = _report(found, holders)
    if _refused(report, allow_missing, allow_mismatched):
        raise WeightsMismatchError(mismatch_message(found, holders, report, source, by_name=by_name))
    _assign(found, give_value)
    return report


def _layers_of(model: Model | Sequence[Layer]) -> Sequence[Layer]:
    layers = model if isinstance(model, Sequence) else getattr(model, "layers", None)
    if layers is None or not all(hasattr(layer, "weights") for layer in layers):
        raise ArgumentError(
            f"{model!r} is neither a model nor a list of layers. To build a network of the collection and fill it: "
            "amalthea.get_model(name, weights=path)."
        )
    return layers


def _check_addresses(layers: Sequence[Layer], holders: Sequence[StoredLayer], source: str) -> None:
    """Refuses some layers of a model, whose addresses nobody knows, for a file that has nothing else."""
    addressed = [layer for layer in holders if layer.address is not None]
    given = len(places_for(layers, holders))
    if given < len(addressed):
        or_names = ", or by_name=True" if all(layer.name for layer in addressed) else ""
        raise WeightsError(
            f"{source} keeps no order of its layers, only where each stands in the whole model. Which {given} of its "
            f"{len(addressed)} layers this list wants, nobody can tell. Give the model instead of the list{or_names}."
        )


def _speak_alike(layers: Sequence[Layer], stored: Sequence[StoredLayer], by_name: bool) -> bool:
    """Whether the network has the file's own names, and so is none of Keras that another maker's file would spoil.

    Where names decide, one is enough. Where the order does, most must agree: a new classifier has another name.
    """
    found, names = places_for(layers, stored), {layer.name for layer in stored}
    agreed = sum(place.name in names for place in found)
    return agreed > (0 if by_name else len(found) / 2)


def _report(found: Sequence[Match], holders: Sequence[StoredLayer]) -> LoadReport:
    used = {id(match.stored) for match in found}
    return LoadReport(
        loaded=tuple(match.place.name for match in found if match.pairs),
        skipped=tuple(holder.label for holder in holders if id(holder) not in used),
        missing=tuple(match.place.name for match in found if match.stored is None),
        mismatched=tuple(match.place.name for match in found if match.stored and not match.pairs),
    )


def _refused(report: LoadReport, allow_missing: bool, allow_mismatched: bool) -> bool:
    unfit = report.missing or report.mismatched
    allowed = (allow_missing or not report.missing) and (allow_mismatched or not report.mismatched)
    return not allowed or bool(unfit and not report.loaded)


def _assign(found: Sequence[Match], give_value: Callable[[Variable, np.ndarray], object]) -> None:
    values = [(variable, _array_for(variable, tensor)) for match in found for variable, tensor in match.pairs]
    for variable, array in values:
        give_value(variable, array)


def _array_for(variable: Variable, tensor: StoredTensor) -> np.ndarray:
    axes = tensor.axes_for(tuple(variable.shape))
    # In C's order, because not every backend takes an array with its axes swapped.
    return np.asarray(tensor.numbers().transpose(axes), order="C")
