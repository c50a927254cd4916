"""Layers that Keras has no more."""

from collections.abc import Callable
from typing import NoReturn

from ...errors import ArgumentError


def gone(name: str, instead: str) -> Callable[..., NoReturn]:
    """What stands under the name of such a layer: called, it says what to take instead.

    Example:
        >>> gone("Highway", "Build it of Dense.")(32)
        Traceback (most recent call last):
        amalthea.errors.ArgumentError: Highway is gone from Keras. Build it of Dense.
    """

    def refuse(*positional: object, **named: object) -> NoReturn:
        raise ArgumentError(f"{name} is gone from Keras. {instead}")

    refuse.__name__ = refuse.__qualname__ = name
    return refuse
