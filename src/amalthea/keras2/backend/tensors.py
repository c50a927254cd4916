"""Variables and tensors: made, and asked what they are."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from keras.backend import is_keras_tensor

from ...errors import ArgumentError
from .._spelling import Spelling
from .._spelling.functions import spelt
from .random_numbers import computes_now, random_normal, random_uniform

__all__ = [
    "cast",
    "constant",
    "count_params",
    "dtype",
    "eye",
    "get_variable_shape",
    "identity",
    "int_shape",
    "is_keras_tensor",
    "is_placeholder",
    "is_sparse",
    "is_tensor",
    "is_variable",
    "ndim",
    "ones",
    "ones_like",
    "placeholder",
    "random_normal_variable",
    "random_uniform_variable",
    "shape",
    "stop_gradient",
    "to_dense",
    "variable",
    "zeros",
    "zeros_like",
]


def variable(value: Any, dtype: str | None = None, name: str | None = None, constraint: Any = None) -> keras.Variable:
    """A variable of this value.

    Args:
        value: array, tensor, number, or a sparse matrix of SciPy, which becomes dense.
        dtype: None means Keras' ``floatx``.
        name: "/" in it becomes "_".
        constraint: what the variable is made to obey after each step of an optimizer.

    Example:
        >>> ops.convert_to_numpy(variable([1, 2])).tolist()
        [1.0, 2.0]
    """
    dense = value.toarray() if hasattr(value, "toarray") else value
    start = ops.convert_to_tensor(dense, dtype=dtype or keras.config.floatx())
    made = keras.Variable(start, dtype=dtype or keras.config.floatx(), name=name and name.replace("/", "_"))
    if constraint is not None:
        made.constraint = constraint
    return made


def constant(value: Any, dtype: str | None = None, shape: Sequence[int] | None = None, name: str | None = None) -> Any:
    """A tensor of this value, which one number may fill."""
    tensor = ops.convert_to_tensor(value, dtype=dtype or keras.config.floatx())
    if shape is None or tuple(shape) == tuple(tensor.shape):
        return tensor
    return ops.broadcast_to(tensor, shape) if tensor.ndim == 0 else ops.reshape(tensor, shape)


def placeholder(
    shape: Sequence[int | None] | None = None,
    ndim: int | None = None,
    dtype: str | None = None,
    sparse: bool = False,
    name: str | None = None,
) -> Any:
    """A symbolic tensor, of which ``function`` makes an input.

    Args:
        shape: with the batch; None where a length is unknown.
        ndim: instead, for unknown lengths alone.

    Raises:
        ArgumentError: neither.
    """
    if shape is None and ndim is None:
        raise ArgumentError("placeholder needs shape=, such as (None, 224, 224, 3), or ndim=.")
    lengths = (None,) * (ndim or 0) if shape is None else tuple(shape)
    return keras.Input(batch_shape=lengths, dtype=dtype, sparse=sparse, name=name and name.replace("/", "_"))


def zeros(shape: Sequence[Any], dtype: str | None = None, name: str | None = None) -> Any:
    """A variable full of 0; a tensor within a layer that is computing, or where a length is a tensor."""
    return _filled(ops.zeros(shape, dtype=dtype), shape, dtype, name)


def ones(shape: Sequence[Any], dtype: str | None = None, name: str | None = None) -> Any:
    """A variable full of 1; a tensor within a layer that is computing, or where a length is a tensor."""
    return _filled(ops.ones(shape, dtype=dtype), shape, dtype, name)


def eye(size: int | Sequence[int], dtype: str | None = None, name: str | None = None) -> Any:
    """A variable with 1 on the diagonal and 0 elsewhere."""
    rows, columns = (size, size) if isinstance(size, int) else size
    return _filled(ops.eye(rows, columns, dtype=dtype or keras.config.floatx()), (rows, columns), dtype, name)


def zeros_like(x: Any, dtype: str | None = None, name: str | None = None) -> Any:
    """0 in the shape of a tensor."""
    return ops.zeros_like(x, dtype=dtype)


def ones_like(x: Any, dtype: str | None = None, name: str | None = None) -> Any:
    """1 in the shape of a tensor."""
    return ops.ones_like(x, dtype=dtype)


def identity(x: Any, name: str | None = None) -> Any:
    """The same tensor."""
    return ops.copy(x)


@spelt(Spelling(renamed={"scale": "stddev"}))
def random_normal_variable(
    shape: Sequence[int],
    mean: float,
    stddev: float,
    dtype: str | None = None,
    name: str | None = None,
    seed: int | None = None,
) -> keras.Variable:
    """A variable drawn from a normal distribution."""
    return variable(random_normal(shape, mean, stddev, dtype, seed), dtype, name)


def random_uniform_variable(
    shape: Sequence[int],
    low: float,
    high: float,
    dtype: str | None = None,
    name: str | None = None,
    seed: int | None = None,
) -> keras.Variable:
    """A variable drawn evenly from between two numbers."""
    return variable(random_uniform(shape, low, high, dtype, seed), dtype, name)


def shape(x: Any) -> tuple[Any, ...]:
    """The lengths of the axes; those that only a run knows are tensors where a backend has them, otherwise None."""
    return tuple(ops.shape(x))


def int_shape(x: Any) -> tuple[int | None, ...]:
    """The lengths of the axes as numbers, None where they are unknown."""
    return tuple(x.shape)


def get_variable_shape(x: Any) -> tuple[int | None, ...]:
    """The lengths of the axes of a variable."""
    return int_shape(x)


def ndim(x: Any) -> int:
    """The number of axes."""
    return len(x.shape)


def dtype(x: Any) -> str:
    """The number type, as "float32"."""
    return str(keras.backend.standardize_dtype(x.dtype))


def count_params(x: Any) -> int:
    """How many numbers a variable holds."""
    return int(np.prod(x.shape))


def is_tensor(x: Any) -> bool:
    """Whether something is a tensor: one of the backend, a variable, or a symbolic one."""
    return bool(ops.is_tensor(x)) or isinstance(x, keras.Variable | keras.KerasTensor)


def is_variable(x: Any) -> bool:
    """Whether something is a variable."""
    return isinstance(x, keras.Variable)


def is_placeholder(x: Any) -> bool:
    """Whether a symbolic tensor is an input."""
    return isinstance(x, keras.KerasTensor) and any(x is one for one in keras.utils.get_source_inputs(x))


def is_sparse(tensor: Any) -> bool:
    """Whether most of a tensor is 0 and left out."""
    return bool(getattr(tensor, "sparse", False)) or type(tensor).__name__ in ("SparseTensor", "BCOO")


def to_dense(tensor: Any) -> Any:
    """The same tensor with nothing left out."""
    return ops.convert_to_tensor(tensor, sparse=False) if is_sparse(tensor) else tensor


def cast(x: Any, dtype: str) -> Any:
    """The same numbers as another type."""
    return ops.cast(x, dtype)


def stop_gradient(variables: Any) -> Any:
    """A tensor, or a list of them, through which nothing learns."""
    return (
        [ops.stop_gradient(x) for x in variables]
        if isinstance(variables, list | tuple)
        else ops.stop_gradient(variables)
    )


def _filled(tensor: Any, shape: Sequence[Any], dtype: str | None, name: str | None) -> Any:
    """A variable as Keras 2 made of such tensors, where one can be made."""
    return variable(tensor, dtype, name) if computes_now() and _known(shape) else tensor


def _known(shape: Sequence[Any]) -> bool:
    return all(isinstance(length, int | np.integer) for length in shape)
