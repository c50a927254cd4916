"""The names of ``keras.layers.local``."""

from typing import NoReturn

from ...errors import ArgumentError

__all__ = ["LocallyConnected1D", "LocallyConnected2D"]


def LocallyConnected1D(*positional: object, **named: object) -> NoReturn:  # noqa: N802, names of Keras 1 and 2
    """Keras 3 has it no more.

    Raises:
        ArgumentError: always.
    """
    raise ArgumentError("LocallyConnected1D is gone from Keras. Use Conv1D, or Dense after Flatten.")


def LocallyConnected2D(*positional: object, **named: object) -> NoReturn:  # noqa: N802
    """Keras 3 has it no more.

    Raises:
        ArgumentError: always.
    """
    raise ArgumentError("LocallyConnected2D is gone from Keras. Use Conv2D, or Dense after Flatten.")
