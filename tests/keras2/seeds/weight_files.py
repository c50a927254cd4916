"""Weight files under the official names, with random weights under which every part of a network matters."""

import json
from pathlib import Path

import h5py
import keras
import numpy as np

from amalthea import _keras, get_model, variant
from amalthea.storage import digest
from tests.live_weights import set_live_weights

# Networks of the seeds' programs; VGG16 without its classifier, as all of them build it.
NETWORKS = {"ResNet50": True, "VGG16": False, "VGG19": True, "InceptionV3": True}
HUGE = ("fc1", "fc2")  # VGG's, half a gigabyte, whose numbers no program asks for: zeros of one byte each


def write_weight_files(folder: Path) -> None:
    """Write a file for each network in the layout of the official ones, and ``hashes.json`` with their SHA-256."""
    hashes = {}
    for name, top in NETWORKS.items():
        path = folder / variant(name).file(top=top).name
        with _keras.no_initial_values():
            whole = get_model(name, weights=None, include_top=top)
        _write(path, whole)
        hashes[path.name] = digest(path, "sha256")
    (folder / "hashes.json").write_text(json.dumps(hashes), encoding="utf-8")


def _write(path: Path, model: keras.Model) -> None:
    """Layers in the order of the model, each with its arrays in theirs, as Keras 2 wrote them."""
    small = [layer for layer in model.layers if layer.name not in HUGE]
    set_live_weights(_Layers(small))
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{weight.name}:0" for weight in layer.weights]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, layer.weights, strict=True):
                if layer.name in HUGE:
                    group.create_dataset(name, data=np.zeros(weight.shape, "int8"))
                else:
                    group.create_dataset(name, data=np.asarray(keras.ops.convert_to_numpy(weight)))


class _Layers:
    """What ``set_live_weights`` takes for a model."""

    def __init__(self, layers: list[keras.Layer]) -> None:
        self.layers = layers
        self.variables = [variable for layer in layers for variable in layer.variables]

    def _flatten_layers(self) -> list[keras.Layer]:
        return self.layers
