"""Models with the models inside them opened: one plain graph of the same layers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from inspect import signature
from typing import Any, NamedTuple

import keras

from ... import _keras
from ...errors import ArgumentError

Tensor = Any  # a keras.KerasTensor; Keras carries no types


class _Made(NamedTuple):
    """What a layer, or a model that was opened, returned; ``training`` was given to a model around it, or is None."""

    operation: Any
    tensors: list[Tensor]
    training: bool | None


def flattened(model: keras.Model, outputs: str | Sequence[str] | None = None) -> keras.Model:
    """A functional model without other models inside, of the same layers with the same weights.

    Args:
        model: functional or ``Sequential``. It stays as it is.
        outputs: names of the layers where it ends, several for a model of several outputs; None: where ``model`` ends.

    Returns:
        The model itself, if it is plain already and ends there. Where ``training`` was given to an inner model, its
        layers are called with it.

    Raises:
        ArgumentError: no model of Keras, one that is not built, a layer that it does not have or uses several times,
            or layers of the same name.
        UnsupportedLayerError: the model computes in a method of its own.
    """
    if outputs is None:
        return flattened_with_phases(model)[0]
    network = graph_of(model)
    _, made = _opened(network, network.inputs, None)
    _check_names(model, made)
    ends = [_output(model, made, name) for name in ([outputs] if isinstance(outputs, str) else outputs)]
    return keras.Model(network.input, ends[0] if isinstance(outputs, str) else ends, name=model.name)


def flattened_with_phases(model: keras.Model) -> tuple[keras.Model, set[int]]:
    """As ``flattened``, and the ``id`` of each tensor that comes from a model called with ``training=False``."""
    network = graph_of(model)
    tensors, made = _opened(network, network.inputs, None)
    _check_names(model, made)
    inference = {id(tensor) for _, returned, training in made if training is False for tensor in returned}
    if network is model and all(one is other for one, other in zip(tensors, model.outputs, strict=True)):
        return model, inference
    outputs = keras.tree.pack_sequence_as(network.output, tensors)
    return keras.Model(network.input, outputs, name=model.name), inference


def graph_of(model: object) -> Any:
    """The functional model behind a model.

    Raises:
        ArgumentError, UnsupportedLayerError: see ``flattened``.
    """
    return _keras.require_functional(model, "cannot be taken apart; functional and Sequential models can.")


def data_format_of(flat: keras.Model) -> str:
    """That of a plain graph's own layers, the last ones, which may have been built under another setting than today's.

    Its pictures may be laid out otherwise: layers in between can change that.
    """
    formats = [layer.data_format for layer in flat.layers if hasattr(layer, "data_format")]
    return str(formats[-1] if formats else keras.config.image_data_format())


def own_calls(network: Any) -> list[_keras.Call]:
    """The calls of a functional model that depend on its inputs; others belong to another use of their layers."""
    known, own = set(map(id, network.inputs)), []
    for call in _keras.calls(network):
        if known.issuperset(map(id, call.inputs)):
            known.update(map(id, call.outputs))
            own.append(call)
    return own


def called(call: _keras.Call, given: Iterable[Tensor], training: bool | None = None) -> list[Tensor]:
    """What the layer of a call returns when it is called in the same way on other tensors; its weights stay shared.

    Args:
        call: of a functional model.
        given: for each of ``call.inputs`` a tensor.
        training: given to the layer, if it takes it and this is not None.
    """
    replaced = dict(zip(map(id, call.inputs), given, strict=True))
    arguments, keywords = keras.tree.map_structure(
        lambda value: replaced.get(id(value), value), (call.arguments, call.keywords)
    )
    if training is not None and takes_training(call.operation):
        keywords["training"] = training
    return keras.tree.flatten(call.operation(*arguments, **keywords))  # type: ignore[no-any-return]


def takes_training(operation: Any) -> bool:
    """Whether a layer can compute one thing in training and another one otherwise."""
    return "training" in signature(operation.call).parameters


def unknown_layer(model: keras.Model, name: object, names: Iterable[str]) -> ArgumentError:
    """The error about a layer that a model does not have."""
    known = list(dict.fromkeys(names))
    near = get_close_matches(name, known, n=3, cutoff=0.5) if isinstance(name, str) else []
    shown = f"Did you mean {' or '.join(near)}?" if near else f"Its last ones are {', '.join(known[-5:])}."
    return ArgumentError(
        f"Model {model.name!r} has no layer {name!r}. {shown} `amalthea layers` or model.summary() lists all."
    )


def _opened(network: Any, inputs: list[Tensor], training: bool | None) -> tuple[list[Tensor], list[_Made]]:
    """The outputs of a model, outer or inner, for these inputs, and what each call returned."""
    made: list[_Made] = []
    tensors = dict(zip(map(id, network.inputs), inputs, strict=True))
    for call in _keras.calls(network):
        if not all(id(tensor) in tensors for tensor in call.inputs):
            continue  # it belongs to another use of the layer
        given = [tensors[id(tensor)] for tensor in call.inputs]
        inner = _inside(call)
        if inner is not None:
            phase = call.keywords.get("training") if training is None else training
            returned, inside = _opened(inner, given, phase)
            made += inside
        elif training is None and all(one is other for one, other in zip(given, call.inputs, strict=True)):
            returned = call.outputs
        else:
            returned = called(call, given, training)
        made.append(_Made(call.operation, returned, training))
        tensors.update(zip(map(id, call.outputs), returned, strict=True))
    return [tensors[id(tensor)] for tensor in network.outputs], made


def _inside(call: _keras.Call) -> Any | None:
    """The functional model that a call uses, unless Keras rearranges the inputs for it."""
    inner = _keras.functional(call.operation)
    if inner is None or len(call.arguments) != 1 or isinstance(call.arguments[0], dict):
        return None
    others = {name: value for name, value in call.keywords.items() if name != "training"}
    if any(value is not None for value in keras.tree.flatten(others)):
        return None
    fits = all(
        len(given.shape) == len(wanted.shape) and given.dtype == wanted.dtype
        for given, wanted in zip(call.inputs, inner.inputs, strict=True)
    )
    return inner if fits else None


def _output(model: keras.Model, made: list[_Made], name: str) -> Tensor:
    """What a layer returns."""
    names = [entry.operation.name for entry in made]
    if name not in names:
        raise unknown_layer(model, name, names)
    returned = [tensor for entry in made if entry.operation.name == name for tensor in entry.tensors]
    if len(returned) > 1:
        raise ArgumentError(
            f"Model {model.name!r}: its layer {name!r} returns {len(returned)} tensors, for it is used more than once "
            "or has several outputs. Name a layer that returns one."
        )
    return returned[0]


def _check_names(model: keras.Model, made: list[_Made]) -> None:
    """Refuse layers of the same name, which may lie in different models, but not in one."""
    layers = {id(entry.operation): entry.operation for entry in made if _keras.functional(entry.operation) is None}
    counted = Counter(operation.name for operation in layers.values())
    if twice := [name for name, count in counted.items() if count > 1]:
        raise ArgumentError(
            f"Model {model.name!r}: several layers of it and of the models inside it are called {', '.join(twice)}. "
            "Build it of layers whose names are unique."
        )
