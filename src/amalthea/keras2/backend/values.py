"""The values of variables and tensors: read, set and changed."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from ...errors import ArgumentError, ArgumentTypeError
from .random_numbers import computes_now
from .tensors import is_tensor

__all__ = [
    "batch_get_value",
    "batch_set_value",
    "eval",
    "get_value",
    "moving_average_update",
    "print_tensor",
    "set_value",
    "update",
    "update_add",
    "update_sub",
]


def eval(x: Any) -> Any:
    """The value of a tensor as an array.

    Raises:
        ArgumentError: a symbolic tensor, which has none.
    """
    return get_value(x)


def get_value(x: Any) -> Any:
    """The value of a variable or tensor, as an array, or as a number of NumPy where it is a single one.

    Raises:
        ArgumentError: a symbolic tensor, which has none.
    """
    if isinstance(x, keras.KerasTensor):
        raise ArgumentError(
            f"{x.name!r} is symbolic and has no value. K.function([inputs], [it]) computes it for arrays."
        )
    array = ops.convert_to_numpy(x) if is_tensor(x) else np.asarray(x.numpy() if hasattr(x, "numpy") else x)
    return np.array(array)[()]


def batch_get_value(tensors: Iterable[Any]) -> list[Any]:
    """The values of several variables."""
    return [get_value(tensor) for tensor in tensors]


def set_value(x: Any, value: ArrayLike) -> None:
    """Give a variable a value.

    Raises:
        ArgumentTypeError: it is no variable.
    """
    if not hasattr(x, "assign"):
        raise ArgumentTypeError(f"set_value: {x!r:.60} is a {type(x).__name__}; only variables take a value.")
    x.assign(value)


def batch_set_value(tuples: Iterable[tuple[Any, ArrayLike]]) -> None:
    """Give several variables a value each."""
    for x, value in tuples:
        set_value(x, value)


def update(x: Any, new_x: Any) -> Any:
    """Give a variable the value of a tensor; of a symbolic one, each time that a ``function`` with it is called."""
    return (x, new_x) if isinstance(new_x, keras.KerasTensor) else x.assign(new_x)


def update_add(x: Any, increment: Any) -> Any:
    """Add to a variable."""
    return update(x, ops.add(x, increment))


def update_sub(x: Any, decrement: Any) -> Any:
    """Subtract from a variable."""
    return update(x, ops.subtract(x, decrement))


def moving_average_update(x: Any, value: Any, momentum: float) -> Any:
    """Move a variable towards a value: ``momentum`` of the old, the rest of the new."""
    return update(x, x * momentum + value * (1 - momentum))


def print_tensor(x: Any, message: str = "") -> Any:
    """Print a tensor, and return it."""
    print(message, get_value(x) if computes_now() and not isinstance(x, keras.KerasTensor) else x)  # noqa: T201
    return x
