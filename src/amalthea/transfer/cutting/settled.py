"""Which layers return the same for the same input, before, while and after a network is trained."""

from collections.abc import Callable
from inspect import signature
from typing import Any

from keras import Layer, layers

from ... import _keras
from .flat import takes_training

# By the function that computes: where a layer keeps how much of its input it changes at random.
_STRENGTHS: dict[Callable[..., Any], str] = {
    layers.Dropout.call: "rate",
    layers.SpatialDropout2D.call: "rate",
    layers.GaussianDropout.call: "rate",
    layers.AlphaDropout.call: "rate",
    layers.GaussianNoise.call: "stddev",
}

# They take ``training`` for numbers of 8 bits, or have statistics that only ``adapt`` changes.
_STEADY = {layers.Dense.call, layers.EinsumDense.call, layers.Normalization.call}


def is_settled(call: _keras.Call, trained: set[int], inference: bool) -> bool:
    """Whether the result of a call depends on its inputs alone, also in training.

    Args:
        call: of a layer, or of an operation, which has neither weights nor phases.
        trained: the ``id`` of each weight that will be trained.
        inference: whether it lies in a model that was called with ``training=False``.
    """
    if not isinstance(call.operation, Layer):
        return True
    inference = inference or _asks_for_inference(call)
    return all(_is_steady(part, trained, inference) for part in _keras.parts(call.operation))


def _is_steady(layer: Any, trained: set[int], inference: bool) -> bool:
    """As ``is_settled``, for a layer without those inside it."""
    if any(id(weight) in trained for weight in layer.weights):
        return False
    computes = getattr(layer.call, "__func__", None)
    if computes is layers.BatchNormalization.call:
        return inference or not layer.trainable  # frozen, it uses its moving averages and leaves them alone
    if computes in _STRENGTHS:
        return inference or not getattr(layer, _STRENGTHS[computes])
    if computes in _STEADY:
        return True
    return not _keras.keeps_state(layer) and (inference or not takes_training(layer))


def _asks_for_inference(call: _keras.Call) -> bool:
    """Whether ``training=False`` was given to a layer; Keras records a default of False in the same way."""
    given = call.keywords.get("training") is False
    return given and signature(call.operation.call).parameters["training"].default is not False
