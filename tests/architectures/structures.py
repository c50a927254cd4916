"""Snapshots of every network: names, types and weight shapes of its layers, in order.

Renew them with ``python -m tests.architectures.structures`` from the repository's root, and read the difference.
"""

import json
from pathlib import Path

import keras

from tests.descriptors import DESCRIPTORS, Descriptor

FOLDER = Path(__file__).with_name("structures")
RENEW = "python -m tests.architectures.structures"


def structure(descriptor: Descriptor) -> list[list]:
    """One row a layer: name, type, weight shapes."""
    from amalthea import _keras
    from amalthea.architectures import get_model

    keras.utils.clear_session()
    with _keras.no_initial_values():
        model = get_model(descriptor.name, weights=None, **descriptor.settings)
    return [
        [layer.name, type(layer).__name__, [list(weight.shape) for weight in layer.weights]] for layer in model.layers
    ]


def snapshot(descriptor: Descriptor) -> Path:
    return FOLDER / f"{descriptor}.json"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for descriptor in DESCRIPTORS:
        rows = ",\n".join(json.dumps(row) for row in structure(descriptor))
        snapshot(descriptor).write_text(f"[\n{rows}\n]\n", encoding="utf-8")
