"""Writing models and weights in the HDF5 layout of Keras 2."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ...weights import write_model_file
from .describing import described
from .optimizer_state import arrays_of
from .training_description import described_training


def write_weights(model: keras.Model, path: Path) -> None:
    """Write the weights of a model that is built.

    Raises:
        StorageError: the folder cannot be written, or the disk is full.
    """
    write_model_file(path, _layers(model), _makers())


def write_model(model: keras.Model, path: Path, *, include_optimizer: bool) -> None:
    """Write a whole model: its layers in the description of Keras 2, weights, and how it is trained.

    Raises:
        ArgumentError: a model that is no graph of layers.
        StorageError: the folder cannot be written, or the disk is full.
    """
    texts = _makers() | {"model_config": json.dumps(described(model, str(path)))}
    trained = include_optimizer and getattr(model, "optimizer", None) is not None and model.compiled
    if trained:
        texts["training_config"] = json.dumps(described_training(model))
    write_model_file(path, _layers(model), texts, arrays_of(model.optimizer) if trained else None)


def _makers() -> dict[str, str]:
    return {"keras_version": keras.__version__, "backend": keras.backend.backend()}


def _layers(model: Any) -> list[tuple[str, dict[str, np.ndarray]]]:
    return [(layer.name, _arrays(layer)) for layer in model.layers]


def _arrays(layer: Any) -> dict[str, np.ndarray]:
    """The arrays of a layer by the names of Keras 2: ``dense_1/kernel:0``, trainable ones first."""
    owners = dict(_owners(layer))
    arrays: dict[str, np.ndarray] = {}
    for variable in (*layer.trainable_weights, *layer.non_trainable_weights):
        name = base = f"{owners.get(id(variable), layer.name)}/{variable.name}"
        number = 0
        while f"{name}:0" in arrays:
            number += 1
            name = f"{base}_{number}"
        arrays[f"{name}:0"] = np.asarray(keras.ops.convert_to_numpy(variable))
    return arrays


def _owners(layer: Any) -> Iterator[tuple[int, str]]:
    """Of each variable, the name of the layer that it belongs to: of a model within the model, the innermost."""
    if isinstance(layer, keras.Model):
        for inner in layer.layers:
            yield from _owners(inner)
    else:
        for variable in layer.weights:
            yield id(variable), layer.name
