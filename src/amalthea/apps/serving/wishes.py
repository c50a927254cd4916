"""What a request wants to know, from the fields of its form and of its address."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from .problems import Problem

MOST_CLASSES = 1000
"""That ``top`` may ask for."""
MOST_VIEWS = 16
"""Of each picture."""
MOST_EXPLAINED = 4
"""Pictures of a request that are explained: each takes as long as 145 predictions."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a request wants to know of its pictures.

    Attributes:
        model: name of the network; None: the default.
        top: how many classes.
        threshold: how probable the best class must be to be the answer; None: as the network says.
        views: of each picture, whose answers are averaged.
        explain: whether to show where the network sees its best class.
    """

    model: str | None = None
    top: int = 5
    threshold: float | None = None
    views: int = 1
    explain: bool = False


def wishes_of(query: Iterable[tuple[str, str]], fields: Mapping[str, str], pictures: int, explains: bool) -> Wishes:
    """The wishes in a request.

    Args:
        query: names and values in its address.
        fields: of its form.
        pictures: how many it holds.
        explains: whether the server explains its answers.

    Raises:
        Problem: a field that is unknown, stands twice or has a value that it cannot have.
    """
    given: dict[str, str] = dict(fields)
    for name, value in query:
        if name in given:
            raise _problem(f"The field {name!r} is given twice. Give it once.")
        given[name] = value
    if unknown := [name for name in given if name not in _READERS]:
        raise _problem(
            f"The field {unknown[0]!r} is unknown. Pictures go in the field 'picture'; the others are "
            f"{', '.join(map(repr, _READERS))}."
        )
    wishes = Wishes(**{name: _READERS[name](name, value) for name, value in given.items()})
    if wishes.explain and not explains:
        raise _problem("explain: this server does not explain its answers. Leave the field out.")
    if wishes.explain and pictures > MOST_EXPLAINED:
        raise _problem(f"explain: {pictures} pictures are too many; {MOST_EXPLAINED} in a request are explained.")
    return wishes


def _text(name: str, value: str) -> str:
    return value


def _whole(least: int, most: int) -> Callable[[str, str], int]:
    def read(name: str, value: str) -> int:
        number = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else -1
        if not least <= number <= most:
            raise _problem(f"{name}={value!r}; allowed are whole numbers from {least} to {most}.")
        return number

    return read


def _fraction(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise _problem(f"{name}={value!r}; allowed is a probability in [0, 1].")
    return number


def _truth(name: str, value: str) -> bool:
    if value not in _TRUTHS:
        raise _problem(f"{name}={value!r}; allowed are {', '.join(_TRUTHS)}.")
    return _TRUTHS[value]


def _problem(message: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, message)


_TRUTHS = {"true": True, "false": False, "1": True, "0": False}
_READERS: dict[str, Callable[[str, str], Any]] = {
    "model": _text,
    "top": _whole(1, MOST_CLASSES),
    "threshold": _fraction,
    "views": _whole(1, MOST_VIEWS),
    "explain": _truth,
}
