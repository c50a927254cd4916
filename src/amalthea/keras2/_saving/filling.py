"""Filling a model from a weight file of any Keras."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from ...errors import WeightsMismatchError
from ...weights import StoredLayer, assign_weights, load_weights, read_model_file, read_weights
from .._models.naming import todays_name
from .._spelling import advise
from .older_weights import as_today


def fill(model: Any, path: Path, *, by_name: bool = False, skip_mismatch: bool = False, reshape: bool = False) -> None:
    """Give a model the numbers of a file, all that are wanted or none.

    Args:
        model: built; or what has layers and a name like one.
        path: of a weight file.
        by_name, skip_mismatch, reshape: see ``OldSaving.load_weights``.

    Raises:
        WeightsMismatchError: the file does not fit.
        WeightsError, MissingFileError: see ``weights.read_weights``.
    """
    stored = read_weights(path)
    if any(layer.address is not None or layer.has_torch_axes for layer in stored):
        load_weights(model, path, by_name=by_name, skip_mismatch=skip_mismatch)
        return
    holders = [replace(layer, name=todays_name(layer.name)) for layer in stored if layer.tensors]
    layers = [layer for layer in model.layers if layer.weights]
    if by_name and {layer.name for layer in layers}.isdisjoint(layer.name for layer in holders):
        advise(f"load_weights({str(path)!r}, by_name=True) loads nothing: {_no_name(layers, holders)}")
        return
    if not by_name and len(layers) != len(holders):
        raise WeightsMismatchError(
            f"{path} holds weights of {len(holders)} layers, and {model.name!r} has {len(layers)} layers with weights; "
            "no weight was changed. To fill the layers whose names are in the file, give by_name=True."
        )
    translated = as_today(layers, holders, read_model_file(path).texts, by_name=by_name, reshape=reshape)
    assign_weights(
        model, translated, source=str(path), by_name=by_name, allow_missing=by_name, allow_mismatched=skip_mismatch
    )


def _no_name(layers: list[keras.Layer], holders: list[StoredLayer]) -> str:
    ours, theirs = (", ".join(layer.name for layer in some[:3]) or "nothing" for some in (layers, holders))
    return f"the model's layers with weights are called {ours} …, those of the file {theirs} …"
