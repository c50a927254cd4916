"""What counts as a whole number, of Python or NumPy."""

from numbers import Integral
from typing import TypeGuard


def is_whole(value: object, least: int | None = None) -> TypeGuard[int]:
    """Whether a value is a whole number, from ``least`` on if that is given; True and False are none."""
    if isinstance(value, bool):
        return False
    return isinstance(value, Integral) and (least is None or int(value) >= least)
