"""Masks in the graph of a model: Keras 3 has operations that compute them, Keras 1 and 2 found them from the layers."""

from collections.abc import Collection, Iterator
from typing import Any

Source = tuple[tuple[Any, ...], Any]
"""A tensor, and the number in it that is masked."""


def without_masks(layers: list[dict[str, Any]], outputs: Collection[str] = ()) -> list[dict[str, Any]]:
    """The layers of a model without the operations that make the masks of its ``Embedding`` and ``Masking`` layers.

    Args:
        layers: as Keras 3 describes them. Where such a mask is used for anything but as a mask, all of them stay.
        outputs: names of the layers whose outputs the model has.
    """
    masks = _makers(layers, {source for layer in layers for source in _sources(layer)})
    kept = [layer for layer in layers if layer["name"] not in masks]
    nodes = [_without_mask(node, masks) for layer in kept for node in layer["inbound_nodes"]]
    if not masks.isdisjoint(outputs) or any(_name(tensor) in masks for node in nodes for tensor in _tensors(node)):
        return layers
    return [
        {**layer, "inbound_nodes": [_without_mask(node, masks) for node in layer["inbound_nodes"]]} for layer in kept
    ]


def _sources(layer: dict[str, Any]) -> Iterator[Source]:
    """What a layer masks in its inputs."""
    kind, config = layer["class_name"], layer["config"]
    if (kind == "Embedding" and config.get("mask_zero")) or kind == "Masking":
        for node in layer["inbound_nodes"]:
            for tensor in _tensors(node["args"]):
                yield _history(tensor), config.get("mask_value", 0)


def _makers(layers: list[dict[str, Any]], sources: set[Source]) -> set[str]:
    """Names of the operations that look for what is masked, and of those that only go on from these."""
    operations = [layer for layer in layers if str(layer.get("module", "")).startswith("keras.src.ops")]
    found: set[str] = set()
    for _ in operations:
        for layer in operations:
            [node, *_] = layer["inbound_nodes"]
            tensors = list(_tensors(node))
            looks = layer["class_name"] == "NotEqual" and len(tensors) == 1 and len(node["args"]) == 2
            begins = looks and (_history(tensors[0]), node["args"][1]) in sources
            if begins or (tensors and all(_name(tensor) in found for tensor in tensors)):
                found.add(layer["name"])
    return found


def _without_mask(node: dict[str, Any], masks: set[str]) -> dict[str, Any]:
    mask = node["kwargs"].get("mask")
    if not any(_name(tensor) in masks for tensor in _tensors(mask)):
        return node
    return {**node, "kwargs": {key: value for key, value in node["kwargs"].items() if key != "mask"}}


def _tensors(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict) and part.get("class_name") == "__keras_tensor__":
        yield part
    elif isinstance(part, dict | list | tuple):
        for member in part.values() if isinstance(part, dict) else part:
            yield from _tensors(member)


def _history(tensor: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(tensor["config"]["keras_history"])


def _name(tensor: dict[str, Any]) -> str:
    return str(_history(tensor)[0])
