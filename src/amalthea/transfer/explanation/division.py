"""A classifier in two: up to a feature map, and from there to its scores."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import keras
from keras import layers

from ... import _keras
from ...errors import ArgumentError
from ..cutting import flattened, unknown_layer
from ..cutting.flat import Tensor, called, own_calls

# What returns a feature map that says no more than the one before it, or less exactly where something is.
_PASSING = (layers.MaxPooling2D, layers.AveragePooling2D, layers.Dropout, layers.SpatialDropout2D)

# What a softmax may be followed by, so that it makes no difference whether it comes before or after.
_LINEAR = (layers.Average, layers.Dropout, layers.Flatten, layers.Reshape)


class Divided(NamedTuple):
    """A classifier around one of its feature maps.

    Attributes:
        layer: name of the one that returns the map.
        front: from pictures to the map, and to whatever else the rest needs.
        back: from these to the scores, and to what they were before their softmax or sigmoid. Where they come from
            none, both are the same.
        channels_first: whether the map's channels stand before its rows and columns, as those of pictures do.
    """

    layer: str
    front: keras.Model
    back: keras.Model
    channels_first: bool


def divided(model: keras.Model, layer: str | None = None) -> Divided:
    """Divide a classifier at a feature map. The parts share its layers and weights, but for the last layer's.

    Args:
        model: functional or ``Sequential``, of one input, pictures, and one output; models inside are opened.
        layer: that returns the map; None for the last map of more than one position, before its pooling, on which
            alone the scores depend; or the last of all, where each branch has maps of its own.

    Raises:
        ArgumentError: there is no such layer, it returns no feature map, or there is none at all.
        UnsupportedLayerError: the model computes in a method of its own.
    """
    flat = flattened(model)
    [pictures] = flat.inputs
    channels_first = pictures.shape[1] == 3 and pictures.shape[3] != 3
    calls = own_calls(flat)
    chosen = _chosen(flat, calls, layer, channels_first)
    later, needed = _after(calls, chosen.outputs[0], flat.outputs[0])
    front = keras.Model(pictures, needed, name=f"{model.name}_front")
    inputs = [
        keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=f"{model.name}_map_{number}")
        for number, tensor in enumerate(needed)
    ]
    tensors = dict(zip(map(id, needed), inputs, strict=True))
    for call in later:
        returned = called(call, [tensors[id(tensor)] for tensor in call.inputs])
        tensors.update(zip(map(id, call.outputs), returned, strict=True))
    scores = tensors[id(flat.outputs[0])]
    raw = _before_softmax(flat.outputs[0], {id(call.outputs[0]): call for call in later}, tensors)
    back = keras.Model(inputs, [scores, scores if raw is None else raw], name=f"{model.name}_back")
    return Divided(chosen.operation.name, front, back, channels_first)


def _chosen(flat: Any, calls: Sequence[_keras.Call], layer: str | None, channels_first: bool) -> _keras.Call:
    """The call that returns the map."""
    maps = [call for call in calls if _is_map(call, channels_first)]
    if layer is None:
        usual = [call for call in maps if not isinstance(call.operation, _PASSING)]
        if not usual:
            raise ArgumentError(
                f"Model {flat.name!r} has no feature map of shape (N, H, W, C) that Grad-CAM could weigh. Take "
                "method='occlusion', which asks it as a whole."
            )
        return _last(flat, calls, usual, channels_first)
    named = [call for call in calls if call.operation.name == layer]
    if not named:
        raise unknown_layer(flat, layer, [call.operation.name for call in maps])
    fitting = [call for call in named if _is_map(call, channels_first)]
    if not fitting:
        shapes = ", ".join(str(tuple(tensor.shape)) for call in named for tensor in call.outputs)
        last = ", ".join(call.operation.name for call in maps[-3:]) or "none"
        raise ArgumentError(
            f"layer={layer!r} of model {flat.name!r} returns {shapes}; Grad-CAM weighs one feature map of shape "
            f"(N, H, W, C) with several positions. The last layers that return one are {last}."
        )
    return fitting[-1]


def _last(flat: Any, calls: Sequence[_keras.Call], maps: Sequence[_keras.Call], channels_first: bool) -> _keras.Call:
    """The last map through which all of a picture must pass, be there several branches before or after it.

    With as many channels as the picture itself it is one still, moved or scaled, and says nothing of its content.
    """
    axis = 1 if channels_first else 3
    [pictures], [scores] = flat.inputs, flat.outputs
    for call in maps[::-1]:
        [found] = call.outputs
        if found.shape[axis] != pictures.shape[axis] and len(_after(calls, found, scores)[1]) == 1:
            return call
    return maps[-1]


def _is_map(call: _keras.Call, channels_first: bool) -> bool:
    """Whether a call returns one feature map, in which there is more than one position to tell apart."""
    shape = call.outputs[0].shape
    if len(call.outputs) != 1 or len(shape) != 4:
        return False
    return any(side != 1 for side in (shape[2:] if channels_first else shape[1:3]))


def _after(calls: Iterable[_keras.Call], found: Tensor, scores: Tensor) -> tuple[list[_keras.Call], list[Tensor]]:
    """The calls that depend on a tensor; and all tensors that these need, itself the first."""
    dependent, later = {id(found)}, []
    needed = {id(found): found}
    for call in calls:
        if dependent.isdisjoint(map(id, call.inputs)):
            continue
        later.append(call)
        needed.update({id(tensor): tensor for tensor in call.inputs if id(tensor) not in dependent})
        dependent.update(map(id, call.outputs))
    assert id(scores) in dependent  # Keras leaves out of a model what its output does not need
    return later, list(needed.values())


def _before_softmax(tensor: Tensor, producers: dict[int, _keras.Call], tensors: dict[int, Tensor]) -> Tensor | None:
    """What a tensor would be without the softmax or sigmoid, or several, that it comes from; None if it does not.

    Args:
        tensor: of the model.
        producers: by the ``id`` of a tensor, the call that returns it.
        tensors: by the ``id`` of each tensor of the model, that of the part which is being built.
    """
    call = producers.get(id(tensor))
    if call is None:
        return None
    if _is_softmax(call.operation):
        return tensors[id(call.inputs[0])]
    if getattr(call.operation, "activation", None) in (keras.activations.softmax, keras.activations.sigmoid):
        return _without_activation(call.operation, tensors[id(call.inputs[0])])
    if isinstance(call.operation, _LINEAR) or _does_nothing(call.operation):
        given = [_before_softmax(source, producers, tensors) for source in call.inputs]
        return None if any(source is None for source in given) else called(call, given)[0]
    return None


def _is_softmax(operation: Any) -> bool:
    return isinstance(operation, layers.Softmax) or _keras.operation_name(operation) in ("Softmax", "Sigmoid")


def _does_nothing(operation: Any) -> bool:
    return isinstance(operation, layers.Activation) and operation.activation is keras.activations.linear


def _without_activation(layer: keras.Layer, given: Tensor) -> Tensor:
    """What a layer would return if it had no activation, by a twin of it: the user's own stays as it is."""
    config = {**layer.get_config(), "activation": "linear", "name": f"{layer.name}_before_activation"}
    twin = type(layer).from_config(config)
    returned = twin(given)
    twin.set_weights(layer.get_weights())
    return returned
