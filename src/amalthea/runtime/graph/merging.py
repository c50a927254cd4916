"""Layers that make one tensor of several."""

from functools import reduce
from typing import Any

from .tensor import Constant, Tensor, apply
from .unsupported import unsupported


def add(layer: Any, *tensors: Tensor) -> Tensor:
    """``Add``."""
    return reduce(lambda one, other: apply("Add", one, other), _alike(layer, tensors))


def add_scaled(layer: Any, *tensors: Tensor) -> Tensor:
    """``CustomScaleLayer`` of Keras' InceptionResNetV2: the first and a fraction of the second."""
    one, other = _alike(layer, tensors)
    return apply("Add", one, apply("Mul", other, Constant.number(layer.scale)))


def concatenate(layer: Any, *tensors: Tensor) -> Tensor:
    """``Concatenate``."""
    first, *others = _alike(layer, tensors)
    return apply("Concat", first, *others, axis=first.position(layer.axis))


def _alike(layer: Any, tensors: tuple[Tensor, ...]) -> list[Tensor]:
    """All of them with their axes in the order of the first, so that numbers which belong together meet."""
    axes = tensors[0].axes
    if any(len(tensor.axes) != len(axes) for tensor in tensors):
        raise unsupported(layer, f"its inputs have the shapes {', '.join(str(tensor.shape) for tensor in tensors)}")
    return [tensor.stored(axes) for tensor in tensors]
