"""Learning rates that differ from block to block of a network: low where it knows already what it needs to."""

from typing import Any

import keras
import numpy as np

from ... import _keras
from ..cutting import flattened
from ..cutting.freezing import blocks_by_layer

Layer = Any  # a keras.Layer; Keras carries no types


def layer_groups(model: keras.Model, variant: str | None) -> list[list[Layer]]:
    """The layers of a model that train, block by block.

    Args:
        model: functional or ``Sequential``, with the head that ``attach`` put on it, or the suffix of such a model.
        variant: the catalogue's name of its network; None: its blocks are not known, and each layer is one.

    Returns:
        From the pictures to the scores. The last group is the head; in a model without one, the last layer. Layers
        between the last block and the head belong to that block.
    """
    calls = list(_keras.calls(flattened(model)))
    operations = {id(call.operation): call.operation for call in calls}.values()
    layers = [layer for layer in operations if isinstance(layer, keras.Layer) and layer.trainable_weights]
    head = [layer for layer in layers if layer.name.startswith("head")] or layers[-1:]
    body = [layer for layer in layers if not any(layer is other for other in head)]
    blocks = blocks_by_layer(model, variant) if variant else {}
    if not blocks:
        return [*([layer] for layer in body), head]
    groups: dict[str, list[Layer]] = {block: [] for block in blocks.values()}
    last = next(reversed(groups))
    for layer in body:
        groups[blocks.get(layer.name, last)].append(layer)
    return [*filter(None, groups.values()), head]


def rates_between(low: float, high: float, count: int) -> list[float]:
    """So many rates, each that many times the one before, up to ``high``; with one, there is no ``low``.

    Example:
        >>> [round(rate, 6) for rate in rates_between(1e-4, 1e-2, 3)]
        [0.0001, 0.001, 0.01]
        >>> rates_between(1e-4, 1e-2, 1)
        [0.01]
    """
    return [float(rate) for rate in np.geomspace(high, low, count)[::-1]]
