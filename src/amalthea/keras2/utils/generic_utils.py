"""Names of custom objects, the progress bar, and small things about lists and functions."""

from collections.abc import Callable, Sequence
from inspect import Parameter, signature
from typing import Any

import keras
from keras.saving import (
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    serialize_keras_object,
)

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "has_arg",
    "serialize_keras_object",
    "slice_arrays",
    "to_list",
    "unpack_singleton",
]


class Progbar(keras.utils.Progbar):  # type: ignore[misc] # Keras carries no types
    """The progress bar of Keras 3; ``force`` of Keras 1 has no effect."""

    def update(
        self, current: int, values: Sequence[tuple[str, Any]] | None = None, finalize: Any = None, force: bool = False
    ) -> None:
        """Show how far it is, with the means of values by their names."""
        super().update(current, values=values, finalize=finalize)


def has_arg(fn: Callable[..., Any], name: str, accept_all: bool = False) -> bool:
    """Whether a function has an argument of this name.

    Args:
        fn: a function or class.
        name: of an argument.
        accept_all: count ``**anything``, too.

    Example:
        >>> has_arg(lambda x, **more: None, "y", accept_all=True)
        True
    """
    arguments = signature(fn).parameters
    if name in arguments:
        return arguments[name].kind in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    return accept_all and any(argument.kind is Parameter.VAR_KEYWORD for argument in arguments.values())


def to_list(x: Any, allow_tuple: bool = False) -> list[Any]:
    """A list as it is; anything else in a list."""
    if isinstance(x, list):
        return x
    return list(x) if allow_tuple and isinstance(x, tuple) else [x]


def unpack_singleton(x: Any) -> Any:
    """What is in a list of one; a longer one as it is."""
    return x[0] if len(x) == 1 else x


def slice_arrays(arrays: Any, start: Any = None, stop: int | None = None) -> Any:
    """The same part of one array, or of each in a list.

    Args:
        arrays: an array, or a list of arrays and None.
        start: number of the first row, or the numbers of all.
        stop: number after the last row.
    """
    if arrays is None:
        return [None]
    several = isinstance(arrays, list)
    if hasattr(start, "__len__"):
        rows = start.tolist() if hasattr(start, "shape") else start
        parts = [None if array is None else array[rows] for array in to_list(arrays)]
    else:
        parts = [None if array is None else array[start:stop] for array in to_list(arrays)]
    return parts if several else parts[0]
