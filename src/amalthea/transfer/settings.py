"""Checks of settings: each refuses a value that is not what its description says."""

from collections.abc import Collection
from math import inf
from numbers import Real
from typing import Any

from .._numbers import is_whole
from ..errors import ArgumentError


def require(kept: bool, name: str, value: Any, allowed: str) -> None:
    """Refuse a setting whose condition is not kept."""
    if not kept:
        raise ArgumentError(f"{name}={value!r}; allowed: {allowed}.")


def require_one_of(allowed: Collection[str], name: str, value: Any) -> None:
    """Refuse all but some names."""
    require(isinstance(value, str) and value in allowed, name, value, ", ".join(map(repr, allowed)))


def require_whole(least: int, name: str, value: Any) -> None:
    """Refuse all but whole numbers from some number on."""
    require(is_whole(value, least), name, value, f"whole numbers from {least} on")


def require_number(name: str, value: Any, *, above: float = -inf, least: float = -inf, below: float = inf) -> None:
    """Refuse all but numbers between bounds."""
    kept = isinstance(value, Real) and float(value) > above and least <= float(value) < below
    bounds = (f"above {above:g}", above), (f"of at least {least:g}", least), (f"below {below:g}", below)
    require(kept, name, value, f"numbers {' and '.join(text for text, bound in bounds if abs(bound) < inf)}")
