"""The size of the arrays that a network is tried with, where its inputs leave that open."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from .._numbers import is_whole
from ..errors import ArgumentError, first_line
from .runners import Runner, TensorSpec

_PIXELS = 96  # where nobody says how many


def rows_and_columns(size: int | Sequence[int]) -> tuple[int, int]:
    """What ``size=`` says: rows and columns, or one number for both.

    Raises:
        ArgumentError: it is neither.
    """
    given: Any = size
    try:
        sides: tuple[Any, ...] = (given, given) if is_whole(given) else tuple(given)
    except TypeError:  # neither a number nor several
        sides = ()
    if len(sides) != 2 or not all(is_whole(side, 1) for side in sides):
        raise ArgumentError(
            f"size={size!r}; give rows and columns in whole pixels above 0, such as (224, 224), or one number for both."
        )
    return int(sides[0]), int(sides[1])


def shapes_to_try(specs: Sequence[TensorSpec], size: int | Sequence[int] | None) -> list[tuple[int, ...]]:
    """Shapes of arrays for one picture, one for each input.

    Args:
        specs: of the inputs.
        size: rows and columns of those that leave them open; a side of another meaning that is open gets as many as
            there are rows. None takes 96.

    Raises:
        ArgumentError: ``size`` is none, or that of no input.
    """
    rows, columns = (_PIXELS, _PIXELS) if size is None else rows_and_columns(size)
    if size is not None and not any(_can_have(spec, (rows, columns)) for spec in specs):
        takes = " and ".join(str(spec.shape[1:]) for spec in specs)
        raise ArgumentError(f"size={size}, but the model takes {takes}. Give one that fits, or none.")
    return [_filled(spec, (rows, columns)) for spec in specs]


def answers_when_tried(runner: Runner, arrays: Sequence[NDArray[Any]], name: str) -> list[NDArray[Any]]:
    """What a network answers, with advice where its inputs leave a size open, and it cannot compute this one.

    Args:
        runner: of the network.
        arrays: one an input, of ``shapes_to_try``.
        name: of the network, for messages.

    Raises:
        ArgumentError: it cannot compute such arrays.
    """
    try:
        return list(runner(arrays))
    except ArgumentError as problem:
        if not any(None in spec.shape[1:] for spec in runner.inputs):
            raise
        shapes = " and ".join(str(array.shape[1:]) for array in arrays)
        raise ArgumentError(
            f"{name} takes any size, but cannot compute {shapes}, with which it is tried before a file is written. "
            "Give one that it can: size=256 in Python, --image-size 256 with `amalthea export`. "
            f"{first_line(problem)}."
        ) from problem


def _sides(spec: TensorSpec, size: tuple[int, int]) -> dict[int, int]:
    """Lengths by the axes that count rows and columns; an array of fewer axes has not both."""
    axes = len(spec.shape)
    rows = axes - 2 if spec.channels_first or spec.shape[-1] is None else axes - 3
    return {axis: side for axis, side in zip((rows, rows + 1), size, strict=True) if axis > 0}


def _can_have(spec: TensorSpec, size: tuple[int, int]) -> bool:
    sides = _sides(spec, size)
    return bool(sides) and all(spec.shape[axis] in (None, side) for axis, side in sides.items())


def _filled(spec: TensorSpec, size: tuple[int, int]) -> tuple[int, ...]:
    sides = _sides(spec, size)
    return (1, *(length or sides.get(axis, size[0]) for axis, length in enumerate(spec.shape[1:], 1)))
