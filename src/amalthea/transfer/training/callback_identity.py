"""What a callback of the user does, as far as that can be told: by its type, and by what it was made with."""

from types import CodeType, FunctionType
from typing import Any

import keras
import numpy as np

from .callback_states import made_with

_WATCHING = (  # no weight depends on these, which change while they are told
    keras.callbacks.CSVLogger,
    keras.callbacks.ModelCheckpoint,
    keras.callbacks.ProgbarLogger,
    keras.callbacks.RemoteMonitor,
    keras.callbacks.TensorBoard,
    keras.callbacks.TerminateOnNaN,
)
_OF_KERAS = {"_model", "params"}  # which it gives every callback


class UntoldError(Exception):
    """A callback holds what cannot be described, so that nobody knows whether two do the same."""


def described_callback(callback: Any) -> Any:
    """What JSON can hold of a callback: its type, attributes, and the code of plain functions among them.

    What those of Keras remember of a training before does not count, for they forget it.

    What that code finds under the names of its module is taken to be the same.

    Raises:
        UntoldError: an attribute holds anything else, such as a model.
    """
    kind = type(callback)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if kind in _WATCHING:
        return name
    parts, attributes = [], made_with(callback)
    for attribute in sorted(attributes.keys() - _OF_KERAS):
        try:
            parts.append([attribute, _described(attributes[attribute], (callback,))])
        except UntoldError as problem:
            what = f"what the callback {kind.__name__} does cannot be told from its attribute {attribute!r}, {problem}"
            raise UntoldError(what) from None
    return [name, parts]


def _described(value: Any, around: tuple[Any, ...]) -> Any:
    """Each kind by its name, for a text may look like a number.

    Args:
        value: any.
        around: what holds it, and may be found in it again.
    """
    for level, one in enumerate(around):
        if value is one:
            return ["level", level]
    kind, inside = type(value).__name__, (*around, value)
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) in (bytes, complex) or value is ...:
        return [kind, repr(value)]
    if type(value) in (tuple, list):
        return [kind, [_described(item, inside) for item in value]]
    if type(value) in (set, frozenset) and all(type(item) in (bool, int, float, str) for item in value):
        return [kind, sorted(map(repr, value))]
    if type(value) is dict:
        return [kind, [[_described(key, inside), _described(item, inside)] for key, item in value.items()]]
    if isinstance(value, np.generic | np.ndarray) and not value.dtype.hasobject:
        return [kind, value.dtype.str, value.tolist()]
    if isinstance(value, np.ufunc):
        return [kind, value.__name__]
    if isinstance(value, CodeType):
        return [kind, value.co_code.hex(), value.co_names, _described(value.co_consts, inside)]
    if isinstance(value, FunctionType):
        return [kind, *(_described(part, inside) for part in _parts(value))]
    raise UntoldError(f"of the type {kind}")


def _parts(function: FunctionType) -> list[Any]:
    """What a function does, and what it was made with; a variable around it that has no value yet does not count."""
    cells = [cell.cell_contents for cell in function.__closure__ or () if cell != type(cell)()]
    return [function.__code__, function.__defaults__, function.__kwdefaults__, cells]
