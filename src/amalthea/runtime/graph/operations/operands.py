"""What operations compute with: tensors and numbers, in types and shapes that meet."""

from typing import Any

import keras
import numpy as np

from ..tensor import Axes, Constant, Tensor, cast, graph_type
from ..unsupported import unsupported

Operand = Tensor | Constant


def operand(operation: Any, value: Any, dtype: str) -> Operand:
    """A tensor, or numbers of whatever kind, in a type of the graph."""
    if isinstance(value, Tensor):
        return cast(value, dtype)
    if isinstance(value, keras.KerasTensor):
        raise unsupported(operation, "it is given a tensor where the graph needs numbers")
    return Constant(numbers_of(value).astype(dtype))


def numbers_of(value: Any) -> Any:
    """An array of Python's numbers, NumPy's, or a variable or tensor of Keras' backend."""
    return np.asarray(value if isinstance(value, int | float | list | tuple) else keras.ops.convert_to_numpy(value))


def shared_type(operation: Any, *values: Any) -> str:
    """The type of the graph in which these tensors and numbers meet."""
    kinds = [type(value) if isinstance(value, int | float) else _type_of(value) for value in values]
    return type_in_graph(operation, keras.backend.result_type(*kinds))


def type_in_graph(operation: Any, dtype: str) -> str:
    """``graph_type``, or an error."""
    found = graph_type(dtype)
    if found is None:
        raise unsupported(operation, f"its numbers are {dtype}, which a graph does not compute with")
    return found


def is_whole(value: Operand) -> bool:
    """Whether the numbers are integers."""
    return not _type_of(value).startswith("float")


def beside(operation: Any, *operands: Operand) -> tuple[list[Operand], Axes]:
    """Operands as an operator wants them that computes number by number; and the axes of its result.

    Tensors of different ranks do not get together: Keras would line up their last axes, and with them the pictures of
    one with the rows or channels of the other.
    """
    tensors = [each for each in operands if isinstance(each, Tensor)]
    if len({len(tensor.axes) for tensor in tensors}) > 1:
        shapes = ", ".join(str(tensor.shape) for tensor in tensors)
        raise unsupported(operation, f"its inputs have the shapes {shapes}, which mixes the pictures of a batch")
    # The smaller ones, such as a number for each channel, are moved more easily.
    largest = max(tensors, key=lambda tensor: sum(size != 1 for size in tensor.shape))
    return [_stored_like(operation, each, largest) for each in operands], largest.axes


def _stored_like(operation: Any, each: Operand, x: Tensor) -> Operand:
    if isinstance(each, Tensor):
        return each.stored(x.axes)
    values, rank = each.source, len(x.axes)
    if values.ndim > rank or (values.ndim == rank and values.shape[0] != 1):
        raise unsupported(operation, f"its numbers of shape {values.shape} are not the same for all pictures")
    if values.size == 1:
        return Constant(values.reshape(()))
    return Constant(values.reshape((1,) * (rank - values.ndim) + values.shape), x.axes)


def _type_of(value: Any) -> str:
    dtype = value.source.dtype if isinstance(value, Constant) else getattr(value, "dtype", None)
    return str(keras.backend.standardize_dtype(numbers_of(value).dtype if dtype is None else dtype))
