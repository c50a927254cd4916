"""Numbers along some axes of a tensor, in whatever order it is stored."""

from typing import Any

from .tensor import Constant, Tensor, apply


def over(operator: str, x: Tensor, *axes: int) -> Tensor:
    """One of ONNX's reductions over some of Keras' axes, which stay with the size 1."""
    positions = sorted(x.position(axis) for axis in axes)
    return apply(operator, x, Constant.integers(*positions), keepdims=1)


def along(x: Tensor, values: Any, *axes: int) -> Constant:
    """Numbers for some of Keras' axes of a tensor, in the shape that meets it as it is stored.

    Args:
        x: the tensor.
        values: an array or variable with one dimension for each of the axes, in their order.
        axes: those of ``x``; along all others the numbers are repeated.
    """
    sizes = {x.position(axis): size for axis, size in zip(axes, values.shape, strict=True)}
    order = tuple(sorted(range(len(axes)), key=lambda number: x.position(axes[number])))
    return Constant(values, order, tuple(sizes.get(position, 1) for position in range(len(x.axes))))


def standardized(x: Tensor, epsilon: float, *axes: int) -> Tensor:
    """Mean 0 and deviation 1 over some of Keras' axes."""
    centred = apply("Sub", x, over("ReduceMean", x, *axes))
    variance = over("ReduceMean", apply("Mul", centred, centred), *axes)
    return apply("Div", centred, deviation(variance, epsilon))


def deviation(variance: Tensor, epsilon: float) -> Tensor:
    """The root of a variance, to which ``epsilon`` is added lest it be 0."""
    return apply("Sqrt", apply("Add", variance, Constant.number(epsilon)))


def of_unit_length(x: Tensor, epsilon: float, *axes: int) -> Tensor:
    """Divided by the length along some of Keras' axes, which counts as no less than ``epsilon``."""
    return apply("Div", x, apply("Max", over("ReduceL2", x, *axes), Constant.number(epsilon)))
