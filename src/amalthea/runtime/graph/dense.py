"""Layers that multiply with a matrix, or look up its rows."""

from typing import Any

from .activation_layers import activated
from .operations.products import summed
from .tensor import Constant, Tensor, apply, cast
from .unsupported import unsupported


def dense(layer: Any, x: Tensor) -> Tensor:
    """``Dense``: over the last axis."""
    x = x.plain()
    kernel, bias = Constant(layer.kernel), _bias(layer)
    if len(x.axes) == 2:
        return activated(layer, apply("Gemm", x, kernel, *bias))
    y = apply("MatMul", x, kernel)
    return activated(layer, apply("Add", y, *bias) if bias else y)


def einsum_dense(layer: Any, x: Tensor) -> Tensor:
    """``EinsumDense``: over the axes that its equation says."""
    y = summed(layer, layer.equation, x, Constant(layer.kernel))
    return activated(layer, y if layer.bias is None else apply("Add", y, Constant(layer.bias)))


def embedding(layer: Any, x: Tensor) -> Tensor:
    """``Embedding``: a row for each number."""
    if layer.mask_zero:
        raise unsupported(layer, "with mask_zero=True, later layers would leave zeros out")
    x = x.plain()
    return apply("Gather", Constant(layer.embeddings), cast(x, "int64"), axes=(*x.axes, len(x.axes)))


def _bias(layer: Any) -> tuple[Constant, ...]:
    return (Constant(layer.bias),) if layer.use_bias else ()
