"""Activations: functions of one tensor, by their names in Keras and with its arguments."""

import math

from .reductions import over
from .tensor import Constant, Tensor, apply


def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """``x`` above 0, and below it ``alpha * (exp(x / alpha) - 1)``."""
    return apply("Celu", x, alpha=float(alpha))


def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """``x`` above 0, and below it ``alpha * (exp(x) - 1)``."""
    return apply("Elu", x, alpha=float(alpha))


def gelu(x: Tensor, approximate: bool = False) -> Tensor:
    """``x`` times the share of normal numbers below it, or an approximation of that by a hyperbolic tangent."""
    # Written out in the order by which runtimes recognise it; ONNX has an operator for it from set 20 on.
    if approximate:
        cube = _times(apply("Mul", apply("Mul", x, x), x), 0.044715)
        share = apply("Tanh", _times(apply("Add", x, cube), math.sqrt(2 / math.pi)))
    else:
        share = apply("Erf", apply("Div", x, Constant.number(math.sqrt(2))))
    return _times(apply("Mul", x, _plus(share, 1)), 0.5)


def hard_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """0 within the threshold on both sides of 0."""
    return apply("Shrink", x, lambd=float(threshold), bias=0.0)


def hard_sigmoid(x: Tensor) -> Tensor:
    """``x / 6 + 1 / 2`` in [0, 1]."""
    return apply("HardSigmoid", x, alpha=1 / 6, beta=0.5)


def hard_silu(x: Tensor) -> Tensor:
    """``x`` times its hard sigmoid."""
    return apply("HardSwish", x)


def hard_tanh(x: Tensor) -> Tensor:
    """``x`` in [-1, 1]."""
    return clipped(x, -1, 1)


def leaky_relu(x: Tensor, negative_slope: float = 0.2) -> Tensor:
    """``x`` above 0, and below it a fraction of x."""
    return apply("LeakyRelu", x, alpha=float(negative_slope))


def log_sigmoid(x: Tensor) -> Tensor:
    """The logarithm of the sigmoid, without the zeros that this may have."""
    return apply("Neg", apply("Softplus", apply("Neg", x)))


def log_softmax(x: Tensor, axis: int = -1) -> Tensor:
    """The logarithm of the softmax."""
    return apply("LogSoftmax", x, axis=x.position(axis))


def mish(x: Tensor) -> Tensor:
    """``x * tanh(log(1 + exp(x)))``."""
    return apply("Mul", x, apply("Tanh", apply("Softplus", x)))


def relu(x: Tensor, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Tensor:
    """``x`` from a threshold to the largest value, and below the threshold a fraction of the distance to it."""
    if threshold:
        y = apply("ThresholdedRelu", x, alpha=float(threshold))
        y = y if max_value is None else clipped(y, 0, max_value)
        below = apply("Relu", _plus(apply("Neg", x), threshold))
        return apply("Sub", y, _times(below, negative_slope)) if negative_slope else y
    if negative_slope:
        y = leaky_relu(x, negative_slope)
        return y if max_value is None else clipped(y, None, max_value)
    return apply("Relu", x) if max_value is None else clipped(x, 0, max_value)


def relu6(x: Tensor) -> Tensor:
    """``x`` in [0, 6]."""
    return clipped(x, 0, 6)


def silu(x: Tensor) -> Tensor:
    """``x`` times its sigmoid."""
    return apply("Mul", x, apply("Sigmoid", x))


def soft_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """``x`` closer to 0 by the threshold, and 0 within it."""
    return apply("Shrink", x, lambd=float(threshold), bias=float(threshold))


def softmax(x: Tensor, axis: int | tuple[int, ...] = -1) -> Tensor:
    """Exponentials as shares of their sum over one axis or several."""
    if isinstance(axis, int):
        return apply("Softmax", x, axis=x.position(axis))
    # The largest becomes zero, so that no exponential grows beyond what float32 holds.
    exponentials = apply("Exp", apply("Sub", x, over("ReduceMax", x, *axis)))
    return apply("Div", exponentials, over("ReduceSum", exponentials, *axis))


def sparse_plus(x: Tensor) -> Tensor:
    """A parabola in [-1, 1], and beyond its ends the lines that continue it."""
    root = _times(_plus(clipped(x, -1, 1), 1), 0.5)
    return apply("Add", apply("Mul", root, root), apply("Relu", _plus(x, -1)))


def sparse_sigmoid(x: Tensor) -> Tensor:
    """``(x + 1) / 2`` in [0, 1]."""
    return apply("HardSigmoid", x, alpha=0.5, beta=0.5)


def squareplus(x: Tensor, b: float = 4) -> Tensor:
    """``(x + sqrt(x * x + b)) / 2``."""
    return _times(apply("Add", x, apply("Sqrt", _plus(apply("Mul", x, x), b))), 0.5)


def tanh_shrink(x: Tensor) -> Tensor:
    """``x - tanh(x)``."""
    return apply("Sub", x, apply("Tanh", x))


def threshold(x: Tensor, threshold: float, default_value: float) -> Tensor:
    """``x`` above the threshold, and otherwise one value."""
    above = apply("Greater", x, Constant.number(threshold))
    return apply("Where", above, x, Constant.number(default_value))


def clipped(x: Tensor, low: float | None, high: float | None) -> Tensor:
    """A tensor within bounds; None leaves one open."""
    bounds = [None if bound is None else Constant.number(bound) for bound in (low, high)]
    return apply("Clip", x, *bounds)


def _plus(x: Tensor, number: float) -> Tensor:
    return apply("Add", x, Constant.number(number))


def _times(x: Tensor, number: float) -> Tensor:
    return apply("Mul", x, Constant.number(number))
