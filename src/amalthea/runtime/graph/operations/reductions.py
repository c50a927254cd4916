"""Many numbers of a picture that become one."""

from functools import partial
from typing import Any

import keras

from ..axes import inner_axes, inner_axis, squeezed
from ..reductions import over
from ..tensor import Constant, Tensor, apply, cast
from ..unsupported import unsupported


def reduced(operator: str, operation: Any, x: Tensor) -> Tensor:
    """By one of ONNX's reductions."""
    if getattr(operation, "initial", None) is not None:
        raise unsupported(operation, f"it starts from {operation.initial}")
    axes = _axes(operation, x)
    return _kept(operation, over(operator, x, *axes), axes)


largest = partial(reduced, "ReduceMax")
mean = partial(reduced, "ReduceMean")
product = partial(reduced, "ReduceProd")
smallest = partial(reduced, "ReduceMin")
total = partial(reduced, "ReduceSum")


def variance(operation: Any, x: Tensor) -> Tensor:
    """``Var``."""
    axes = _axes(operation, x)
    return _kept(operation, _variance(x, axes), axes)


def deviation(operation: Any, x: Tensor) -> Tensor:
    """``Std``."""
    return apply("Sqrt", variance(operation, x))


def moments(operation: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    """``Moments``: mean and variance."""
    axes = inner_axes(operation, operation.axes, len(x.axes))
    return _kept(operation, over("ReduceMean", x, *axes), axes), _kept(operation, _variance(x, axes), axes)


def logsumexp(operation: Any, x: Tensor) -> Tensor:
    """``Logsumexp``."""
    axes = _axes(operation, x)
    # The largest becomes zero, so that no exponential grows beyond what float32 holds.
    top = over("ReduceMax", x, *axes)
    rest = apply("Log", over("ReduceSum", apply("Exp", apply("Sub", x, top)), *axes))
    return _kept(operation, apply("Add", rest, top), axes)


def norm(operation: Any, x: Tensor) -> Tensor:
    """``Norm``."""
    axes = _axes(operation, x)
    return _kept(operation, _norm(operation, x, operation.ord, axes), axes)


def normalize(operation: Any, x: Tensor) -> Tensor:
    """``Normalize``: of norm 1 along an axis; where the norm is smaller than epsilon, that stands for it."""
    epsilon = keras.config.epsilon() if operation.epsilon is None else operation.epsilon
    length = _norm(operation, x, operation.order, _axes(operation, x))
    return apply("Div", x, apply("Max", length, Constant.number(epsilon)))


def all_(operation: Any, x: Tensor) -> Tensor:
    """``All``."""
    return cast(reduced("ReduceMin", operation, cast(cast(x, "bool"), "int32")), "bool")


def any_(operation: Any, x: Tensor) -> Tensor:
    """``Any``."""
    return cast(reduced("ReduceMax", operation, cast(cast(x, "bool"), "int32")), "bool")


def count_nonzero(operation: Any, x: Tensor) -> Tensor:
    """``CountNonzero``."""
    return reduced("ReduceSum", operation, cast(cast(x, "bool"), "int32"))


def place(operator: str, operation: Any, x: Tensor) -> Tensor:
    """``Argmax``, ``Argmin``: where the largest or smallest number stands; the first of equal ones."""
    axis = inner_axis(operation, operation.axis, len(x.axes))
    wide = cast(x, "int32") if x.dtype in ("bool", "uint8") else x
    found = apply(operator, wide, axis=x.position(axis), keepdims=1)
    return cast(_kept(operation, found, [axis]), "int32")


def cumsum(operation: Any, x: Tensor) -> Tensor:
    """``Cumsum``."""
    axis = inner_axis(operation, operation.axis, len(x.axes))
    return apply("CumSum", x, Constant.integers(x.position(axis)))


def _axes(operation: Any, x: Tensor) -> list[int]:
    return inner_axes(operation, operation.axis, len(x.axes))


def _kept(operation: Any, y: Tensor, axes: list[int]) -> Tensor:
    return y if getattr(operation, "keepdims", False) else squeezed(y, *axes)


def _variance(x: Tensor, axes: list[int]) -> Tensor:
    centred = apply("Sub", x, over("ReduceMean", x, *axes))
    return over("ReduceMean", apply("Mul", centred, centred), *axes)


def _norm(operation: Any, x: Tensor, order: Any, axes: list[int]) -> Tensor:
    """Over one axis, or over two of them as that of a matrix."""
    if order is None or (order == 2 and len(axes) == 1) or (order == "fro" and len(axes) == 2):
        return over("ReduceL2", x, *axes)
    if len(axes) > 1 or isinstance(order, str):
        raise unsupported(operation, f"its order is {order!r} over {len(axes)} axes")
    if abs(order) == float("inf"):
        return over("ReduceMax" if order > 0 else "ReduceMin", apply("Abs", x), *axes)
    if order == 1:
        return over("ReduceL1", x, *axes)
    if order == 0:
        return over("ReduceSum", cast(cast(x, "bool"), "float32"), *axes)
    powers = over("ReduceSum", apply("Pow", apply("Abs", x), Constant.number(order)), *axes)
    return apply("Pow", powers, Constant.number(1 / order))
