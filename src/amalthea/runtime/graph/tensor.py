"""Tensors of a graph as expressions: what converters take and return. Nothing is written here.

Keras lets every layer choose where channels stand, ONNX wants them second. So each tensor remembers the order in which
its axes are stored, and is transposed only where a layer needs another order.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from onnx import helper

Axes = tuple[int, ...]
Shape = tuple[int | None, ...]

_TYPES = {
    **{name: name for name in ("bool", "uint8", "int32", "int64", "float32")},
    **dict.fromkeys(("float16", "bfloat16", "float64"), "float32"),
    "uint32": "int64",  # which all runtimes compute with, and which holds the same numbers
}
"""Types of Keras, by those of the graph."""


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """Numbers that the graph carries.

    Attributes:
        source: an array, or a variable of Keras whose values are read when the graph is written.
        order: axes of the source in the order that the graph wants; None leaves them as they are.
        shape: what it is reshaped to after that; None leaves it.
    """

    source: Any
    order: Axes | None = None
    shape: tuple[int, ...] | None = None

    @classmethod
    def integers(cls, *values: int) -> Self:
        """A one-dimensional list, as ONNX takes axes, pads and shapes."""
        return cls(np.array(values, np.int64))

    @classmethod
    def number(cls, value: float) -> Self:
        """A single float32."""
        return cls(np.array(value, np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """An ONNX operator with its inputs, None where an optional one is left out, and its attributes."""

    operator: str
    inputs: tuple["Tensor | Constant | None", ...]
    attributes: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """A tensor of the graph.

    Attributes:
        origin: its name once it stands in the graph, before that the operation that computes it.
        axes: the axis stored as number ``i`` is Keras' axis ``axes[i]``.
        shape: in Keras' order, None for a size that is known only when the graph runs. A tensor amid a layer, which
            Keras never sees, has the shape ().
        dtype: NumPy's name of the type of its numbers, one of the graph's. Amid a layer it may be "".
    """

    origin: str | Operation
    axes: Axes
    shape: Shape = ()
    dtype: str = ""

    def position(self, axis: int) -> int:
        """Where Keras' axis is stored; negative numbers count from the end."""
        return self.axes.index(axis % len(self.axes))

    def stored(self, axes: Axes) -> "Tensor":
        """The same tensor with its axes in another order."""
        if axes == self.axes:
            return self
        order = tuple(self.axes.index(axis) for axis in axes)
        return Tensor(Operation("Transpose", (self,), (("perm", order),)), axes, self.shape, self.dtype)

    def plain(self) -> "Tensor":
        """The same tensor with its axes in Keras' order."""
        return self.stored(tuple(range(len(self.axes))))


def apply(
    operator: str, x: Tensor | Constant, *others: Tensor | Constant | None, axes: Axes | None = None, **attributes: Any
) -> Tensor:
    """The first output of an ONNX operator.

    Args:
        operator: its name in ONNX.
        x: its first input.
        others: its further inputs; None leaves an optional one out.
        axes: those of the result; None says that they are those of ``x``, which is no constant then.
        attributes: of the operator.
    """
    if axes is None:
        assert isinstance(x, Tensor)
        axes = x.axes
    return Tensor(Operation(operator, (x, *others), tuple(attributes.items())), axes)


def graph_type(dtype: str) -> str | None:
    """The type that numbers of one of Keras' types have in the graph, or None where it has none for them.

    All floating types become float32. Half precision is for speed, which the runtimes decide on themselves.
    """
    return _TYPES.get(dtype)


def cast(x: Tensor, dtype: str) -> Tensor:
    """The same numbers in another type of the graph; fractions are cut off, and all but 0 becomes True."""
    if x.dtype == dtype:
        return x
    return replace(apply("Cast", x, to=onnx_type(dtype)), shape=x.shape, dtype=dtype)


def onnx_type(dtype: str) -> int:
    """ONNX' number of a type."""
    return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))


def channels_second(data_format: str, rank: int) -> Axes:
    """The axes of Keras' data format in ONNX's order: batch, channels, rows, columns."""
    return (0, rank - 1, *range(1, rank - 1)) if data_format == "channels_last" else tuple(range(rank))


def spatial_axes(data_format: str, rank: int) -> Axes:
    """Keras' axes other than batch and channels."""
    return channels_second(data_format, rank)[2:]
