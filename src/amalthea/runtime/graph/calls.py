"""How layers are called: with which tensors, and with what else that their converters would not see."""

import inspect
from typing import Any

import keras

from ... import _keras
from .axes import inner_axes
from .tensor import Tensor
from .unsupported import unsupported

_POLICIES = ("float32", "mixed_float16", "mixed_bfloat16")


def check_layer(layer: Any, *given: Tensor) -> None:
    """Refuse layers whose numbers a graph does not have.

    Those of mixed precision are computed in float32, as exactly as their weights are.

    Args:
        layer: of Keras.
        given: the tensors that it gets.

    Raises:
        UnsupportedLayerError: it or a layer inside it has weights of another precision; or it works along the axis
            that counts the pictures of a batch, which runners compute in groups of any size.
    """
    for part in _keras.parts(layer):
        _check_precision(part)
    axes = getattr(layer, "axis", None)
    if axes is not None:
        for x in given:
            inner_axes(layer, axes, len(x.axes))


def _check_precision(layer: Any) -> None:
    policy = layer.dtype_policy.name
    if policy not in _POLICIES:
        raise unsupported(
            layer,
            f"its dtype policy is {policy}, not float32. Build it with keras.config.set_floatx('float32'), or "
            '"floatx": "float32" in keras.json',
        )


def given_to(call: _keras.Call) -> list[Any]:
    """What a layer or a nested model gets: its first argument, and after it the further tensors in their order.

    Keras notes ``training`` with most calls, as the layer's default, which is True for random augmentation. ``predict``
    makes it False for all of them.

    Raises:
        UnsupportedLayerError: it gets something else that means something, such as a mask or ``training=True``.
    """
    if len(call.arguments) == 1 and not call.keywords:
        return [call.arguments[0]]
    signature = inspect.signature(call.operation.call)
    first, *others = signature.bind(*call.arguments, **call.keywords).arguments.items()
    given = [first[1]]
    for name, value in others:
        if isinstance(value, keras.KerasTensor) and "mask" not in name:
            given.append(value)
        elif value is not signature.parameters[name].default and not _says_nothing(value):
            raise unsupported(call.operation, f"it is called with {name}={value}")
    return given


def _says_nothing(value: Any) -> bool:
    """No argument at all, such as a list of masks that are all None."""
    return all(part is None or part is False for part in keras.tree.flatten(value))
