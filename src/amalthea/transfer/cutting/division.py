"""A network in two: what stays as it is, which has to see each picture once, and what will be trained."""

from itertools import chain, count
from typing import Any

import keras

from ... import _keras
from ...errors import ArgumentError
from .flat import Tensor, called, flattened_with_phases
from .frontier import frontier_of
from .settled import is_settled


def cut(model: keras.Model) -> tuple[keras.Model, keras.Model]:
    """Divide a network where its frozen part ends.

    The prefix is the largest part that returns the same for a picture however long the rest is trained: no weight in it
    is trainable, batch normalisation is frozen or called with ``training=False``, and no dropout or other random layer
    is active. It is found in the graph, inside nested models too. Where paths run side by side, as in NASNet, it may
    return several tensors. Quick layers at its end are left to the suffix where less is kept that way.

    Args:
        model: a functional or ``Sequential`` model of Keras, whose ``trainable`` flags count as they are now. It stays
            as it is.

    Returns:
        ``(prefix, suffix)``, functional models of the same layers without models inside, so that training the suffix
        trains ``model``. ``suffix(prefix(x))`` equals ``model(x)``; a prefix of several outputs returns a list, which
        the suffix takes. Where ``training=False`` was given to an inner model, the prefix heeds it; Keras 3.15.1 itself
        forgets it in ``fit``.

    Raises:
        ArgumentError: nothing is frozen, nothing would be trained, or the model is none of Keras, has no shapes yet or
            layers of the same name inside its models.
        UnsupportedLayerError: the model computes in a method of its own.

    Example:
        >>> from amalthea.applications import VGG16
        >>> model = VGG16(weights=None, include_top=False, input_shape=(150, 150, 3))
        >>> for layer in model.layers[:15]:
        ...     layer.trainable = False
        >>> prefix, suffix = cut(model)
        >>> prefix.output_shape, suffix.output_shape
        ((None, 9, 9, 512), (None, 4, 4, 512))
    """
    prefix, suffix = divide(model)
    if prefix is None:
        raise ArgumentError(
            f"Model {model.name!r} cannot be cut: no layer with weights is frozen before the first one that will be "
            "trained or acts at random. Set trainable = False on the layers to keep, such as a pretrained base."
        )
    return prefix, suffix


def divide(model: keras.Model) -> tuple[keras.Model | None, keras.Model]:
    """As ``cut``; where nothing is frozen, the prefix is None and the suffix is the model itself."""
    flat, inference = flattened_with_phases(model)
    trained = set(map(id, model.trainable_weights))
    if not trained:
        raise ArgumentError(
            f"Model {model.name!r} has no weight to train: all its layers are frozen, or have none. Set trainable = "
            "True on those to train, or put a classifier on top."
        )
    settled, rest = _divided(flat, trained, inference)
    frontier, late = frontier_of(flat, settled, rest)
    left = set(map(id, late))
    if not any(_has_weights(call.operation) for call in settled if id(call) not in left):
        return None, model
    prefix = keras.Model(flat.input, _alone(frontier), name=f"{model.name}_prefix")
    inputs = _inputs(frontier, settled, taken={call.operation.name for call in [*late, *rest]})
    tensors = dict(zip(map(id, frontier), inputs, strict=True))
    for call in [*late, *rest]:
        returned = called(call, [tensors[id(tensor)] for tensor in call.inputs])
        tensors.update(zip(map(id, call.outputs), returned, strict=True))
    outputs = keras.tree.pack_sequence_as(flat.output, [tensors[id(tensor)] for tensor in flat.outputs])
    return prefix, keras.Model(_alone(inputs), outputs, name=f"{model.name}_suffix")


def _divided(flat: Any, trained: set[int], inference: set[int]) -> tuple[list[_keras.Call], list[_keras.Call]]:
    """The calls whose results stay the same, and all others, both in the order of the graph."""
    known, fixed = set(map(id, flat.inputs)), set(map(id, flat.inputs))
    settled: list[_keras.Call] = []
    rest: list[_keras.Call] = []
    for call in _keras.calls(flat):
        needs, results = set(map(id, call.inputs)), set(map(id, call.outputs))
        if not needs <= known:
            continue  # it belongs to another use of the layer
        known |= results
        if needs <= fixed and is_settled(call, trained, results <= inference):
            fixed |= results
            settled.append(call)
        else:
            rest.append(call)
    return settled, rest


def _inputs(frontier: list[Tensor], settled: list[_keras.Call], taken: set[str]) -> list[Tensor]:
    """For each tensor an input of the suffix, named after the layer that returns it, and as no layer of the suffix."""
    names = {id(tensor): f"{call.operation.name}_output" for call in settled for tensor in call.outputs}
    inputs = []
    for tensor in frontier:
        stem = names.get(id(tensor), tensor.name)
        name = next(name for name in chain([stem], (f"{stem}_{number}" for number in count(2))) if name not in taken)
        taken = taken | {name}
        inputs.append(keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=name))
    return inputs


def _has_weights(operation: Any) -> bool:
    return isinstance(operation, keras.Layer) and bool(operation.weights)


def _alone(tensors: list[Tensor]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors
