"""Two tensors, or a tensor and numbers, number by number. Both have the type of the result."""

from functools import partial
from typing import Any

import numpy as np

from ..tensor import Axes, Constant, Tensor, apply
from .operands import Operand, beside, is_whole


def combined(operator: str, operation: Any, x1: Operand, x2: Operand) -> Tensor:
    """By one of ONNX's operators."""
    (one, other), axes = beside(operation, x1, x2)
    return apply(operator, one, other, axes=axes)


add = partial(combined, "Add")
divide = partial(combined, "Div")
maximum = partial(combined, "Max")
minimum = partial(combined, "Min")
multiply = partial(combined, "Mul")
subtract = partial(combined, "Sub")


def divide_no_nan(operation: Any, x1: Operand, x2: Operand) -> Tensor:
    """``DivideNoNan``: 0 where the divisor is 0."""
    (one, other), axes = beside(operation, x1, x2)
    zero = Constant.number(0)
    by_zero = apply("Equal", other, zero, axes=axes)
    return apply("Where", by_zero, zero, apply("Div", one, other, axes=axes), axes=axes)


def floor_divide(operation: Any, x1: Operand, x2: Operand) -> Tensor:
    """``FloorDivide``: rounded downwards."""
    (one, other), axes = beside(operation, x1, x2)
    if not is_whole(one):
        return apply("Floor", apply("Div", one, other, axes=axes))
    # ONNX rounds quotients of integers towards zero; without a rest there is nothing to round.
    return apply("Div", apply("Sub", one, _rest(one, other, axes), axes=axes), other)


def mod(operation: Any, x1: Operand, x2: Operand) -> Tensor:
    """``Mod``: the rest, with the sign of the divisor."""
    (one, other), axes = beside(operation, x1, x2)
    return _rest(one, other, axes)


def power(operation: Any, x1: Operand, x2: Operand) -> Tensor:
    """``Power``."""
    if isinstance(x1, Tensor) and isinstance(x2, Constant):
        # Faster, and exact.
        if np.array_equal(x2.source, 2):
            return apply("Mul", x1, x1)
        if np.array_equal(x2.source, 0.5):
            return apply("Sqrt", x1)
    return combined("Pow", operation, x1, x2)


def _rest(one: Operand, other: Operand, axes: Axes) -> Tensor:
    if is_whole(one):
        return apply("Mod", one, other, axes=axes)
    whole = apply("Floor", apply("Div", one, other, axes=axes))
    return apply("Sub", one, apply("Mul", whole, other), axes=axes)
