"""Activations, as layers of their own and as the last step of another layer."""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras

from .tensor import Constant, Tensor, apply
from .unsupported import unsupported


def _clipped(x: Tensor, low: float | None, high: float | None) -> Tensor:
    bounds = [None if bound is None else Constant.number(bound) for bound in (low, high)]
    return apply("Clip", x, *bounds)


def _softmax(x: Tensor, axis: int = -1) -> Tensor:
    return apply("Softmax", x, axis=x.position(axis))


_ACTIVATIONS: dict[Any, Callable[[Tensor], Tensor]] = {
    keras.activations.elu: partial(apply, "Elu"),
    keras.activations.exponential: partial(apply, "Exp"),
    keras.activations.hard_sigmoid: partial(apply, "HardSigmoid", alpha=1 / 6, beta=0.5),
    keras.activations.linear: lambda x: x,
    keras.activations.relu: partial(apply, "Relu"),
    keras.activations.relu6: partial(_clipped, low=0, high=6),
    keras.activations.selu: partial(apply, "Selu"),
    keras.activations.sigmoid: partial(apply, "Sigmoid"),
    keras.activations.silu: lambda x: apply("Mul", x, apply("Sigmoid", x)),
    keras.activations.softmax: _softmax,
    keras.activations.softplus: partial(apply, "Softplus"),
    keras.activations.softsign: partial(apply, "Softsign"),
    keras.activations.tanh: partial(apply, "Tanh"),
}


def activated(layer: Any, x: Tensor) -> Tensor:
    """``layer.activation`` of a tensor; the whole work of the layer ``Activation``."""
    if layer.activation is None:
        return x
    if layer.activation not in _ACTIVATIONS:
        name = getattr(layer.activation, "__name__", layer.activation)
        known = ", ".join(sorted(function.__name__ for function in _ACTIVATIONS))
        raise unsupported(layer, f"its activation {name} is none of {known}")
    return _ACTIVATIONS[layer.activation](x)


def relu(layer: Any, x: Tensor) -> Tensor:
    """``ReLU``."""
    if layer.threshold:
        raise unsupported(layer, f"its threshold is {layer.threshold}, not 0")
    if layer.negative_slope:
        x = apply("LeakyRelu", x, alpha=float(layer.negative_slope))
        return x if layer.max_value is None else _clipped(x, None, layer.max_value)
    return apply("Relu", x) if layer.max_value is None else _clipped(x, 0, layer.max_value)


def softmax(layer: Any, x: Tensor) -> Tensor:
    """``Softmax``."""
    if not isinstance(layer.axis, int):
        raise unsupported(layer, f"its axis is {layer.axis}, not a single number")
    return _softmax(x, layer.axis)
