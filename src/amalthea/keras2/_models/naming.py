"""Names that layers and models get by themselves: ``dense_1`` is the first one, which Keras 3 calls ``dense``."""

import re
from collections.abc import Iterable
from typing import Any

import keras

from .._spelling import note

_PREFIXES = {"functional": "model", "input_layer": "input"}  # today's, where those of then were others
_BOUNDARY = re.compile(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")
_NUMBERED = re.compile(r"(.+)_([1-9]\d*)")


def automatic_name(kind: str) -> str:
    """The next name for a layer or model of this class, counted from 1 until ``clear_session``.

    Args:
        kind: name of the class, such as ``"MaxPooling2D"``.

    Example:
        >>> keras.backend.clear_session()
        >>> [automatic_name("MaxPooling2D") for _ in range(2)]
        ['max_pooling2d_1', 'max_pooling2d_2']
    """
    prefix = prefix_of(kind)
    return f"{prefix}_{keras.backend.get_uid(prefix)}"


def todays_name(name: str) -> str:
    """The name of a layer or model of then: it could have strokes, as in ``fc6/relu``, which Keras 3 does not allow."""
    return name.replace("/", "_")


def named_today(name: str) -> str:
    """The name for a layer or model that a script calls so; noted if it is another."""
    today = todays_name(name)
    if today != name:
        note(f"the name {name!r} is {today!r} today; get_layer and load_weights(by_name=True) know it by both")
    return today


def prefix_of(kind: str) -> str:
    """How the automatic names for a class began.

    Example:
        >>> [prefix_of(kind) for kind in ("Conv2DTranspose", "PReLU", "InputLayer", "Functional")]
        ['conv2d_transpose', 'p_re_lu', 'input', 'model']
    """
    today = _prefix_today(kind)
    return _PREFIXES.get(today, today)


def name_as_then(layers: Iterable[Any]) -> None:
    """Give layers that Keras 3 named by itself the names that Keras 2 would have given them."""
    for layer in layers:
        place = _place(layer)
        if place is None:
            continue
        kind = type(layer).__name__
        # Inputs are counted under another prefix than today's, so they are counted anew.
        same = prefix_of(kind) == _prefix_today(kind)
        layer.name = f"{prefix_of(kind)}_{place}" if same else automatic_name(kind)


def by_place(name: str, layers: Iterable[Any]) -> Any | None:
    """The layer that an automatic name means: ``conv2d_94`` the 94th convolution that was made.

    Args:
        name: as Keras 2 counted.
        layers: of the model.
    """
    found = _NUMBERED.fullmatch(name)
    if found is None:
        return None
    prefix, number = found[1].replace("convolution", "conv"), int(found[2])  # as Keras 1 called its classes
    same = [layer for layer in layers if prefix_of(type(layer).__name__) == prefix]
    counted = sorted((place, order) for order, layer in enumerate(same) if (place := _place(layer)) is not None)
    return same[counted[number - 1][1]] if number <= len(counted) else None


def _place(layer: Any) -> int | None:
    """Which of its kind a layer was, if its name is one that Keras 3 or keras2 gave it; their numbers differ by one."""
    kind = type(layer).__name__
    for prefix in {_prefix_today(kind), prefix_of(kind)}:
        if layer.name == prefix:
            return 1
        if found := re.fullmatch(rf"{prefix}_([1-9]\d*)", layer.name):
            return int(found[1]) + 1
    return None


def _prefix_today(kind: str) -> str:
    return _BOUNDARY.sub("_", kind).lower()
