"""A whole model of Keras 3 (``.keras``): a zip file with the weights in HDF5 and the model's description in JSON.

The description is read as text, for names and order of the layers; nothing that it asks for is built.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..addresses import address_of
from ..stored import StoredLayer
from .archive import Archive
from .hdf5 import read_hdf5


def read_keras_archive(archive: Archive) -> tuple[StoredLayer, ...]:
    """The layers in the order of the model where the description tells it, and else with their addresses.

    A model within the model keeps its addresses, since the order of all does not say where it begins.

    Raises:
        BrokenWeightsError: truncated or damaged.
        WeightsError: quantised weights.
    """
    stored = read_hdf5(archive.path, archive.read("model.weights.h5"))
    described = _described(archive) if "config.json" in archive.names else {}
    by_address = {layer.address: layer for layer in stored if layer.tensors}
    if not by_address or not by_address.keys() <= described.keys():
        return stored
    named = [replace(by_address[address], name=name) for address, name in described.items() if address in by_address]
    nested = any("/" in address for address in described)
    return tuple(named if nested else map(_in_order, named))


def _in_order(layer: StoredLayer) -> StoredLayer:
    """A layer whose place in the file says what its address says."""
    tensors = (replace(tensor, name=str(number)) for number, tensor in enumerate(layer.tensors))
    return StoredLayer(layer.name, tuple(tensors))


def _described(archive: Archive) -> dict[str, str]:
    """Name by address of each layer, in the order of the model; empty where the description says something else."""
    try:
        config = json.loads(archive.read("config.json"))
        return dict(_layers(config["config"]["layers"]))
    except (ValueError, TypeError, LookupError, RecursionError):
        return {}


def _layers(descriptions: Sequence[Any], address: str = "", name: str = "") -> Iterator[tuple[str, str]]:
    counted: Counter[str] = Counter()
    for description in descriptions:
        config, kind = description["config"], description["class_name"]
        here, called = address + address_of(kind, counted), name + config["name"]
        if isinstance(config.get("layers"), list):
            yield from _layers(config["layers"], f"{here}/", f"{called}/")
        else:
            yield here, called
