"""Settings of Keras that scripts read and change: number type, smallest number, order of axes, names."""

from typing import Any

import keras
from keras.backend import (
    backend,
    epsilon,
    floatx,
    get_uid,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)

from ...errors import ArgumentError
from .._data_formats import DATA_FORMATS_OF_KERAS_1
from .._spelling import note
from .._spelling.data_formats import todays_data_format
from .phase import forget_learning_phase

__all__ = [
    "backend",
    "cast_to_floatx",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "image_dim_ordering",
    "manual_variable_initialization",
    "name_scope",
    "normalize_data_format",
    "reset_uids",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_image_dim_ordering",
]

name_scope = keras.name_scope


def image_dim_ordering() -> str:
    """What ``image_data_format`` was called by Keras 1: "tf" for channels last, "th" for channels first."""
    return "tf" if image_data_format() == "channels_last" else "th"


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Let pictures have their channels last ("tf") or first ("th").

    Raises:
        ArgumentError: another word.
    """
    if dim_ordering not in DATA_FORMATS_OF_KERAS_1:
        raise ArgumentError(f"dim_ordering={dim_ordering!r} is unknown; choose 'tf' (channels last) or 'th' (first).")
    today = DATA_FORMATS_OF_KERAS_1[dim_ordering]
    note(f"set_image_dim_ordering({dim_ordering!r}) is set_image_data_format({today!r}) today")
    set_image_data_format(today)


def normalize_data_format(value: str | None) -> str:
    """The data format given, in today's words; Keras' own where it is None.

    Raises:
        ArgumentError: an unknown one.
    """
    found = todays_data_format(value) or image_data_format()
    if found not in ("channels_last", "channels_first"):
        raise ArgumentError(f"data_format={value!r} is unknown; choose 'channels_last' or 'channels_first'.")
    return str(found)


def cast_to_floatx(x: Any) -> Any:
    """The same numbers in Keras' ``floatx``: an array of NumPy of numbers or arrays, a tensor of tensors."""
    if keras.ops.is_tensor(x) or isinstance(x, keras.KerasTensor | keras.Variable):
        return keras.ops.cast(x, floatx())
    from numpy import asarray

    return asarray(x, dtype=floatx())


def clear_session() -> None:
    """Start automatic names from 1 again, and forget what ``set_learning_phase`` set."""
    forget_learning_phase()
    keras.backend.clear_session()


def reset_uids() -> None:
    """Start automatic names from 1 again."""
    keras.backend.clear_session()


def manual_variable_initialization(value: bool) -> None:
    """Do nothing: variables have their values when they are made."""
    note(f"manual_variable_initialization({value!r}) does nothing today: variables have their values from the start")
