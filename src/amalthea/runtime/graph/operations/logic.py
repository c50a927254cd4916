"""Comparisons, truth values and choices."""

from typing import Any

from ..tensor import Constant, Tensor, apply, cast
from .operands import Operand, beside, numbers_of, operand, shared_type

_COUNTED = {"bool": "int32", "uint8": "int32"}  # types that not every runtime compares or chooses from


def compared(operator: str, operation: Any, x1: Any, x2: Any) -> Tensor:
    """By one of ONNX's operators, in the type in which both meet."""
    (one, other), axes = beside(operation, *_met(operation, x1, x2))
    return apply(operator, one, other, axes=axes)


def compared_otherwise(operator: str, operation: Any, x1: Any, x2: Any) -> Tensor:
    """Where the opposite does not hold."""
    return apply("Not", compared(operator, operation, x1, x2))


def joined(operator: str, operation: Any, x1: Any, x2: Any) -> Tensor:
    """Truth values; all numbers but 0 are true."""
    (one, other), axes = beside(operation, _truth(x1), _truth(x2))
    return apply(operator, one, other, axes=axes)


def logical_not(operation: Any, x: Tensor) -> Tensor:
    """``LogicalNot``."""
    return apply("Not", cast(x, "bool"))


def where(operation: Any, condition: Any, x1: Any, x2: Any) -> Tensor:
    """``Where``."""
    (chosen, one, other), axes = beside(operation, _truth(condition), *_met(operation, x1, x2))
    result = apply("Where", chosen, one, other, axes=axes)
    wanted = shared_type(operation, x1, x2)
    return cast(result, wanted) if wanted in _COUNTED else result


def is_nan(operation: Any, x: Tensor) -> Tensor:
    """``Isnan``."""
    return apply("IsNaN", cast(x, "float32"))


def is_infinite(operation: Any, x: Tensor) -> Tensor:
    """``Isinf``."""
    return apply("IsInf", cast(x, "float32"))


def is_finite(operation: Any, x: Tensor) -> Tensor:
    """``Isfinite``."""
    return apply("Not", apply("Or", is_nan(operation, x), is_infinite(operation, x)))


def _met(operation: Any, *values: Any) -> list[Operand]:
    dtype = shared_type(operation, *values)
    return [operand(operation, value, _COUNTED.get(dtype, dtype)) for value in values]


def _truth(value: Any) -> Operand:
    return cast(value, "bool") if isinstance(value, Tensor) else Constant(numbers_of(value).astype(bool))
