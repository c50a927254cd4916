"""One table a class or function: what its arguments were called by Keras 1 and 2, and what they are called today."""

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ...errors import ArgumentTypeError
from .advice import advise, called_as, note
from .era import era

Kind = TypeVar("Kind", bound=type)


@dataclass(frozen=True)
class Older:
    """The order of arguments in Keras 1, where that of Keras 2 was another.

    Attributes:
        positions: old names in the order of Keras 1, ``self`` left out.
        applies: whether the arguments given by position, at least one, are in that order.
        advice: what is said, unless the script is certainly one for Keras 1, of a class with this name and arguments
            given by position; nothing if it is empty.
        names: what Keras 1 alone called the class; a script that says so means the order of Keras 1.
    """

    positions: Sequence[str]
    applies: Callable[[Sequence[Any]], bool]
    advice: Callable[[str, Sequence[Any]], str] | None = None
    names: Collection[str] = ()


@dataclass(frozen=True)
class Spelling:
    """What Keras 1 and 2 called the arguments of a class or function that Keras 3 has, too.

    Attributes:
        renamed: old name → today's. Names that are not here are handed on as they are.
        values: today's name → what makes today's value of an old one; it also gets today's values.
        defaults: today's name → the value of then where an argument was left out, if Keras 3 has another.
        positions: today's names in the order of then, ``self`` left out, if Keras 3 has another.
        without_effect: old name → why it no longer does anything; it is left out.
        older: the order of Keras 1, if Keras 2 had another.
        gone: old name → what to do instead, for the error where it is given a value other than None, False or 0.
        together: what rewrites all arguments at once, after the above, where several have become one.
    """

    renamed: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    positions: Sequence[str] = ()
    older: Older | None = None
    without_effect: Mapping[str, str] = field(default_factory=dict)
    gone: Mapping[str, str] = field(default_factory=dict)
    together: Callable[[dict[str, Any]], dict[str, Any]] | None = None


def translated(
    name: str, spelling: Spelling, positional: Sequence[Any], named: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments as Keras 3 takes them.

    Args:
        name: of the class or function, for messages.
        spelling: its table.
        positional: the arguments given by position.
        named: those given by name, in old spelling, today's or both.

    Raises:
        ArgumentTypeError: an argument given twice, or one that is gone.
    """
    arguments: dict[str, Any] = {}
    if spelling.older and positional and spelling.older.applies(positional):
        named, positional = _named_by_keras_1(name, spelling, spelling.older, positional, named), ()
    if spelling.positions:
        _check_number(name, spelling.positions, positional)
        arguments.update(zip(spelling.positions, positional, strict=False))
        positional = ()
    for old, value in named.items():
        if old in spelling.gone:
            if not _is_off(value):
                raise ArgumentTypeError(f"{name}({old}={value!r}) is gone from Keras. {spelling.gone[old]}")
            continue
        if old in spelling.without_effect:
            note(f"{name}({old}=…) is left out: {spelling.without_effect[old]}")
            continue
        today = spelling.renamed.get(old, old)
        if today in arguments:
            raise ArgumentTypeError(f"{name} got {today} twice, the second time as {old}={value!r}. Give one of them.")
        if today != old:
            note(f"{name}({old}=…) is {today}=… today")
        arguments[today] = value
    arguments = {today: spelling.values.get(today, _same)(value) for today, value in arguments.items()}
    if spelling.together:
        arguments = spelling.together(arguments)
    return tuple(positional), {**spelling.defaults, **arguments}


def _same(value: Any) -> Any:
    return value


def _is_off(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and value == 0)


def _named_by_keras_1(
    name: str, spelling: Spelling, older: Older, positional: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    """All arguments by name, those by position under the names of Keras 1."""
    _check_number(name, older.positions, positional)
    given = dict(zip(older.positions, positional, strict=False))
    for old in given.keys() & named.keys():
        raise ArgumentTypeError(f"{name} got {old} twice, the second time as {old}={named[old]!r}. Give one of them.")
    written = called_as()
    name = written if written in older.names else name
    certain = era() == 1 or name in older.names or bool(named.keys() & spelling.renamed.keys())
    if not certain and older.advice and (advice := older.advice(name, positional)):
        advise(advice)
    else:
        note(f"{name}({', '.join(map(repr, positional))}) is read in the order of Keras 1: {', '.join(given)}")
    return {**given, **named}


def _check_number(name: str, positions: Sequence[str], positional: Sequence[Any]) -> None:
    if len(positional) > len(positions):
        raise ArgumentTypeError(
            f"{name} got {len(positional)} arguments by position; it takes {len(positions)}: {', '.join(positions)}."
        )


class OldSpelling:
    """Mixed into a subclass of a class of Keras 3, it lets the arguments be given as Keras 1 and 2 had them."""

    spelling = Spelling()

    def __init__(self, *positional: Any, **named: Any) -> None:
        positional, named = translated(type(self).__name__, self.spelling, positional, named)
        super().__init__(*positional, **named)


def saved_as_keras(kind: Kind) -> Kind:
    """Class decorator: objects of this subclass are saved as objects of the class of Keras that it derives from.

    Keras writes the module and the name of an object's class into its files (``keras.saving.serialize_keras_object``,
    Keras 3.15.1). With those of its base, a file opens in Keras without Amalthea, and a plain layer of Keras does there
    what the layer of ours did, whose additions are spellings only.
    """
    base = next(base for base in kind.__mro__[1:] if _is_of_keras(base))
    kind.__module__, kind.__name__, kind.__qualname__ = base.__module__, base.__name__, base.__qualname__
    return kind


def _is_of_keras(kind: type) -> bool:
    """Whether a class is what Keras has under its name, and not a subclass that took it over."""
    module = sys.modules.get(kind.__module__) if kind.__module__.startswith("keras.") else None
    return getattr(module, kind.__name__, None) is kind
