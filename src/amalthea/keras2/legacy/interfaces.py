"""The names of ``keras.legacy.interfaces``: decorators by which layers of Keras 2 took the arguments of Keras 1.

Scripts that copied a layer of Keras have them before its ``__init__``.

Example:
    >>> from amalthea.keras2.legacy.interfaces import legacy_dense_support
    >>> class Twice(layers.Dense):
    ...     @legacy_dense_support
    ...     def __init__(self, units, **settings):
    ...         super().__init__(2 * units, **settings)
    >>> Twice(output_dim=3, bias=False).units
    6
"""

import re
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any

from .. import layers
from .._spelling import Spelling, note

__all__ = ["generate_legacy_interface"]

_SUPPORT = re.compile(r"legacy_(\w+)_support")
# What the decorators call the layers whose names, in small letters and without "_", are others.
_LAYERS = {
    "batchnorm": "batchnormalization",
    "deconv2d": "conv2dtranspose",
    "pooling1d": "maxpooling1d",
    "pooling2d": "maxpooling2d",
    "pooling3d": "maxpooling3d",
    "recurrent": "lstm",
}


def generate_legacy_interface(*settings: Any, conversions: Any = (), **others: Any) -> Callable[[Any], Any]:
    """A decorator that lets a method take arguments by their old names.

    Args:
        *settings: without effect, as are those below but ``conversions``.
        conversions: pairs of an old name and today's.
        **others: of Keras 2.
    """
    return _renaming(Spelling(renamed=dict(conversions or ())))


def _renaming(spelling: Spelling) -> Callable[[Any], Any]:
    def decorated(function: Any) -> Any:
        @wraps(function)
        def called(self: Any, *positional: Any, **named: Any) -> Any:
            given: dict[str, Any] = {}
            for old, value in named.items():
                today = spelling.renamed.get(old, old)
                if today != old:
                    note(f"{old}=… is {today}=… today")
                given[today] = spelling.values.get(today, _same)(value) if today != old else value
            return function(self, *positional, **given)

        called.__signature__ = signature(function)  # type: ignore[attr-defined] # by which Keras 3 notes arguments
        return called

    return decorated


def _same(value: Any) -> Any:
    return value


def __getattr__(name: str) -> Callable[[Any], Any]:
    found = _SUPPORT.fullmatch(name)
    if not found:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    what = found[1].replace("_", "")
    kinds = {kind.lower(): kind for kind in layers.__all__}
    layer = getattr(layers, kinds.get(_LAYERS.get(what, what), ""), None)
    return _renaming(getattr(layer, "spelling", Spelling()))
