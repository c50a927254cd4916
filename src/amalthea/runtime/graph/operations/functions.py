"""One tensor, number by number."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from .. import activations
from ..axes import inner_axis, sliced
from ..tensor import Constant, Tensor, apply
from ..unsupported import unsupported
from .operands import is_whole, numbers_of

Function = Callable[[Any, Tensor], Tensor]


def by_operator(operator: str) -> Function:
    """What one of ONNX's operators does by itself."""
    return lambda operation, x: apply(operator, x)


def activation(function: Callable[..., Tensor], *settings: str) -> Function:
    """An activation, with these attributes of the operation as its further arguments."""

    def converter(operation: Any, x: Tensor) -> Tensor:
        if is_whole(x):
            raise unsupported(operation, "it gets integers; make them floating numbers first, by keras.ops.cast")
        return function(x, *(getattr(operation, name) for name in settings))

    return converter


def clip(operation: Any, x: Tensor) -> Tensor:
    """``Clip``."""
    kind = np.int32 if is_whole(x) else np.float32
    bounds = [None if bound is None else numbers_of(bound) for bound in (operation.x_min, operation.x_max)]
    if any(bound is not None and bound.size != 1 for bound in bounds):
        raise unsupported(operation, "its bounds are not the same for all numbers")
    return apply("Clip", x, *(None if bound is None else Constant(bound.astype(kind).reshape(())) for bound in bounds))


def glu(operation: Any, x: Tensor) -> Tensor:
    """``Glu``: one half opens and closes the gates of the other."""
    axis = inner_axis(operation, operation.axis, len(x.axes))
    size = x.shape[axis]
    if size is None:
        raise unsupported(operation, f"the size of axis {axis} is open")
    half = size // 2
    return apply("Mul", sliced(x, {axis: slice(half)}), apply("Sigmoid", sliced(x, {axis: slice(half, None)})))


def log_softmax(operation: Any, x: Tensor) -> Tensor:
    """``LogSoftmax``."""
    return activations.log_softmax(x, inner_axis(operation, operation.axis, len(x.axes)))


def exp2(operation: Any, x: Tensor) -> Tensor:
    """``Exp2``."""
    return apply("Exp", _times(x, math.log(2)))


def expm1(operation: Any, x: Tensor) -> Tensor:
    """``Expm1``, by the hyperbolic tangent: next to 0, the difference of an exponential and 1 is rounded away."""
    return apply("Mul", apply("Tanh", _times(x, 0.5)), apply("Add", apply("Exp", x), Constant.number(1)))


def log1p(operation: Any, x: Tensor) -> Tensor:
    """``Log1p``, by the inverse hyperbolic tangent next to 0, where the sum with 1 is rounded away."""
    near = apply("Less", apply("Abs", x), Constant.number(0.5))
    exact = _times(apply("Atanh", apply("Div", x, apply("Add", x, Constant.number(2)))), 2)
    return apply("Where", near, exact, apply("Log", apply("Add", x, Constant.number(1))))


def logarithm(base: float, operation: Any, x: Tensor) -> Tensor:
    """The logarithm to a base."""
    return _times(apply("Log", x), 1 / math.log(base))


log2 = partial(logarithm, 2)
log10 = partial(logarithm, 10)


def round_(operation: Any, x: Tensor) -> Tensor:
    """``Round``: to the nearest; halves become even."""
    if is_whole(x):
        if operation.decimals < 0:
            raise unsupported(operation, f"it rounds integers to decimals={operation.decimals}")
        return x
    if not operation.decimals:
        return apply("Round", x)
    shift = 10.0**operation.decimals
    return _times(apply("Round", _times(x, shift)), 1 / shift)


def rsqrt(operation: Any, x: Tensor) -> Tensor:
    """``Rsqrt``."""
    return apply("Reciprocal", apply("Sqrt", x))


def square(operation: Any, x: Tensor) -> Tensor:
    """``Square``."""
    return apply("Mul", x, x)


def unchanged(operation: Any, x: Tensor) -> Tensor:
    """Operations that matter in training only, or to Keras alone."""
    return x


def _times(x: Tensor, number: float) -> Tensor:
    return apply("Mul", x, Constant.number(number))
