"""Errors that name what was asked for as it was asked for: arguments in Python, options at the command line."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ...errors import ArgumentError

NO_STORE = (
    "object storage cannot rename a file, without which no shard would be whole or absent. Give the path of a "
    "folder of this machine, or of a shared one that is mounted, and copy it when it is finished."
)


class Wording(NamedTuple):
    """How somebody speaks of the arguments of ``amalthea.distribute``.

    Attributes:
        name: how an argument is called.
        value: how what is given for it is written, by its name.
        between: what stands between the two.
    """

    name: Callable[[str], str]
    value: Callable[[str, Any], str]
    between: str

    def given(self, name: str, value: object) -> str:
        """An argument with its value, as one would type it."""
        return f"{self.name(name)}{self.between}{self.value(name, value)}"


class AskedError(ArgumentError):
    """An argument that cannot be used.

    Args:
        told: the message, in a wording.

    Attributes:
        at_command_line: the same message, of options.

    Example:
        >>> error = AskedError(lambda words: f"{words.given('shard_size', 0)}: give a number from 1 on.")
        >>> str(error), error.at_command_line
        ('shard_size=0: give a number from 1 on.', '--shard-size 0: give a number from 1 on.')
    """

    def __init__(self, told: Callable[[Wording], str]) -> None:
        super().__init__(told(Wording(str, lambda _, value: repr(value), "=")))
        self.at_command_line = told(Wording(_option, _typed, " "))


def _option(name: str) -> str:
    return "the command" if name == "task" else f"--{name.replace('_', '-')}"


def _typed(name: str, value: object) -> str:
    if value is None:
        return "none" if name == "pooling" else "not given"
    if isinstance(value, bool):
        return "given" if value else "not given"
    return str(value)
