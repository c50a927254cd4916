"""Activations as layers of their own, and as the last step of another layer."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
from keras import layers

from . import activations
from .axes import inner_axes
from .reductions import along
from .tensor import Tensor, apply
from .unsupported import unsupported

_FUNCTIONS: dict[Any, Callable[..., Tensor]] = {
    keras.activations.celu: activations.celu,
    keras.activations.elu: activations.elu,
    keras.activations.exponential: partial(apply, "Exp"),
    keras.activations.gelu: activations.gelu,
    keras.activations.hard_shrink: activations.hard_shrink,
    keras.activations.hard_sigmoid: activations.hard_sigmoid,
    keras.activations.hard_silu: activations.hard_silu,
    keras.activations.hard_tanh: activations.hard_tanh,
    keras.activations.leaky_relu: activations.leaky_relu,
    keras.activations.linear: lambda x: x,
    keras.activations.log_sigmoid: activations.log_sigmoid,
    keras.activations.log_softmax: activations.log_softmax,
    keras.activations.mish: activations.mish,
    keras.activations.relu: activations.relu,
    keras.activations.relu6: activations.relu6,
    keras.activations.selu: partial(apply, "Selu"),
    keras.activations.sigmoid: partial(apply, "Sigmoid"),
    keras.activations.silu: activations.silu,
    keras.activations.soft_shrink: activations.soft_shrink,
    keras.activations.softmax: activations.softmax,
    keras.activations.softplus: partial(apply, "Softplus"),
    keras.activations.softsign: partial(apply, "Softsign"),
    keras.activations.sparse_plus: activations.sparse_plus,
    keras.activations.sparse_sigmoid: activations.sparse_sigmoid,
    keras.activations.squareplus: activations.squareplus,
    keras.activations.tanh: partial(apply, "Tanh"),
    keras.activations.tanh_shrink: activations.tanh_shrink,
    keras.activations.threshold: activations.threshold,
}

_OPERATIONS = {
    getattr(keras.ops, function.__name__): converter
    for function, converter in _FUNCTIONS.items()
    if hasattr(keras.ops, function.__name__)
} | {keras.ops.gelu: partial(activations.gelu, approximate=True)}  # the only one with another default
"""Those of ``keras.ops`` that have the names of activations, and their arguments."""

_OVER_AN_AXIS = (keras.activations.log_softmax, keras.activations.softmax, keras.ops.log_softmax, keras.ops.softmax)

_IN_TENSORFLOW = (
    *("elu", "gelu", "leaky_relu", "log_softmax", "relu", "relu6", "selu"),
    *("sigmoid", "silu", "softmax", "softplus", "softsign", "tanh"),
)
"""Functions of ``tf.nn`` that compute the same, unless they get settings, some of which have other names there."""


def elu(layer: Any, x: Tensor) -> Tensor:
    """``ELU``."""
    return activations.elu(x, layer.alpha)


def leaky_relu(layer: Any, x: Tensor) -> Tensor:
    """``LeakyReLU``."""
    return activations.leaky_relu(x, layer.negative_slope)


def parametric_relu(layer: Any, x: Tensor) -> Tensor:
    """``PReLU``: a slope for each number of a picture, or one that some axes share."""
    return apply("PRelu", x, along(x, layer.alpha, *range(1, len(x.axes))))


def relu(layer: Any, x: Tensor) -> Tensor:
    """``ReLU``."""
    return activations.relu(x, layer.negative_slope, layer.max_value, layer.threshold)


def softmax(layer: Any, x: Tensor) -> Tensor:
    """``Softmax``, the layer or the operation, over one axis or several."""
    axes = inner_axes(layer, layer.axis, len(x.axes))
    return activations.softmax(x, axes[0] if len(axes) == 1 else tuple(axes))


_LAYERS: dict[type, Callable[[Any, Tensor], Tensor]] = {
    layers.ELU: elu,
    layers.LeakyReLU: leaky_relu,
    layers.PReLU: parametric_relu,
    layers.ReLU: relu,
    layers.Softmax: softmax,
}


def activated(layer: Any, x: Tensor) -> Tensor:
    """``layer.activation`` of a tensor; the whole work of the layer ``Activation``.

    A function of ``keras.activations`` or ``keras.ops``, also with other settings as a ``functools.partial``; one of
    ``tf.nn``; or a layer.
    """
    activation, settings = layer.activation, {}
    if activation is None:
        return x
    if type(activation) in _LAYERS and activation.built:
        return _LAYERS[type(activation)](activation, x)
    if isinstance(activation, partial) and not activation.args:
        settings = activation.keywords
        activation = activation.func
    converter = _FUNCTIONS.get(activation) or _OPERATIONS.get(activation)
    if converter is None and not settings:
        activation = _of_tensorflow().get(activation, activation)
        converter = _FUNCTIONS.get(activation)
    if converter is None:
        raise unsupported(layer, _unknown(activation))
    if activation in _OVER_AN_AXIS:
        inner_axes(layer, settings.get("axis", -1), len(x.axes))
    return converter(x, **settings)


def _of_tensorflow() -> dict[Any, Any]:
    """Functions of TensorFlow and those of Keras that compute the same; none where nobody has loaded TensorFlow."""
    functions = getattr(sys.modules.get("tensorflow"), "nn", None)
    if functions is None:
        return {}
    return {getattr(functions, name): getattr(keras.activations, name) for name in _IN_TENSORFLOW}


def _unknown(activation: Any) -> str:
    """Why a function or layer is none of the activations: it may merely be called like one."""
    name = getattr(activation, "__name__", activation)
    known = sorted(function.__name__ for function in _FUNCTIONS)
    if name in known:
        return (
            f"its activation {name} is a function of {activation.__module__}, not of Keras; give activation={name!r} "
            "if that is what is meant"
        )
    return f"its activation {name} is none of {', '.join(known)}"
