"""Which part of a file belongs to which layer of a network: by order, by address or by name."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from .addresses import address_of
from .grouped import as_grouped
from .layer import Layer, Variable, inner_layers, trainable_first
from .stored import StoredLayer, StoredTensor


@dataclass(frozen=True, slots=True)
class Place:
    """A layer with weights in its model.

    Attributes:
        name: its own, behind those of the models that it lies in: ``"resnet50/conv1_conv"``.
        address: as Keras 3's files have it: ``"functional/conv2d"``.
        layer: itself.
    """

    name: str
    address: str
    layer: Layer


@dataclass(frozen=True, slots=True)
class Match:
    """A layer and what the file has for it.

    Attributes:
        place: of the layer.
        stored: the file's layer; None if it has none.
        pairs: each variable with the tensor that fits it; empty if they do not fit.
    """

    place: Place
    stored: StoredLayer | None
    pairs: tuple[tuple[Variable, StoredTensor], ...]


def matches(layers: Sequence[Layer], stored: Sequence[StoredLayer], *, by_name: bool) -> list[Match]:
    """What the file has for each layer of a network that has weights.

    Args:
        layers: of the network, in its order.
        stored: layers of the file that have tensors.
        by_name: whether names decide; else addresses where the file has them, and else the order.
    """
    return matched(places_for(layers, stored), stored, by_name=by_name)


def matched(found: Sequence[Place], stored: Sequence[StoredLayer], *, by_name: bool) -> list[Match]:
    """What the file has for each of some places; as ``matches``."""
    holders: list[StoredLayer | None]
    if by_name:
        by_key = {holder.name: holder for holder in stored}
        holders = [by_key.get(place.name) for place in found]
    elif any(holder.address is not None for holder in stored):
        by_address = {holder.address: holder for holder in stored}
        holders = [by_address.get(place.address) for place in found]
    else:
        holders = list(stored[: len(found)])
    return [
        Match(place, holder, _pairs(place.layer, holder) if holder else ())
        for place, holder in zip_longest(found, holders)  # a file may end early
    ]


def places_for(layers: Sequence[Layer], stored: Sequence[StoredLayer]) -> list[Place]:
    """The layers with weights, in order, and those within a model within the model where the file knows them."""
    # PyTorch and Keras 3 do; for Keras 1 and 2 that is one layer.
    return places(layers, inner=any(holder.address is not None or holder.has_torch_axes for holder in stored))


def places(layers: Sequence[Layer], *, inner: bool) -> list[Place]:
    """The layers with weights, in order.

    Args:
        layers: of a network.
        inner: whether a model among them stands for its layers, or is one layer.
    """
    return [place for place in _walk(layers, inner, "", "", set()) if place.layer.weights]


def _walk(layers: Sequence[Layer], inner: bool, name: str, address: str, seen: set[int]) -> Iterator[Place]:
    counted: Counter[str] = Counter()
    for layer in layers:
        here = address + address_of(type(layer).__name__, counted)
        if id(layer) in seen:  # shared by two models: the first one keeps its weights
            continue
        seen.add(id(layer))
        if inner and (within := inner_layers(layer)):
            yield from _walk(within, inner, f"{name}{layer.name}/", f"{here}/", seen)
        else:
            yield Place(name + layer.name, here, layer)


def _pairs(layer: Layer, stored: StoredLayer) -> tuple[tuple[Variable, StoredTensor], ...]:
    for variables, tensors in _orders(layer, stored):
        if len(variables) == len(tensors) and all(map(_fits, variables, tensors)):
            return tuple(zip(variables, tensors, strict=True))
    return ()


def _fits(variable: Variable, tensor: StoredTensor) -> bool:
    return tensor.axes_for(tuple(variable.shape)) is not None


def _orders(layer: Layer, stored: StoredLayer) -> Iterator[tuple[Sequence[Variable], Sequence[StoredTensor]]]:
    """The orders in which a file may keep a layer's weights, the likeliest first."""
    if within := inner_layers(layer):
        # Keras 1 and 2 put trainable weights first, and which ones are trainable may have changed since: names tell.
        by_owner = {name: [tensor for tensor in stored.tensors if _owner(tensor) == name] for name in _owners(stored)}
        inside = places(within, inner=True)
        if by_owner.keys() == {place.layer.name for place in inside}:
            variables = [variable for place in inside for variable in place.layer.weights]
            yield variables, [t for place in inside for t in as_grouped(place.layer, by_owner[place.layer.name])]
        yield trainable_first(layer), stored.tensors
    yield layer.weights, as_grouped(layer, stored.tensors)


def _owner(tensor: StoredTensor) -> str:
    """The layer that a tensor is named after: "conv" for "model/conv/kernel:0"."""
    return tensor.name.rpartition("/")[0].rpartition("/")[2]


def _owners(stored: StoredLayer) -> set[str]:
    return {_owner(tensor) for tensor in stored.tensors}
