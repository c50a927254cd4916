"""Arguments that do not exist, answered with the nearest one."""

import inspect
from collections.abc import Iterable
from difflib import get_close_matches

from ..errors import ArgumentTypeError


def check_argument_names(kind: type, given: Iterable[str]) -> None:
    """Refuse keyword arguments that a class does not take; Python itself names the nearest from 3.13 on.

    Args:
        kind: the class. One whose ``__init__`` takes any keyword takes these.
        given: names.

    Raises:
        ArgumentTypeError: the message names the nearest one.
    """
    known = inspect.signature(kind.__init__).parameters  # type: ignore[misc] # the class itself is asked
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
        return
    names = [name for name in known if name != "self"]
    for name in given:
        if name not in names:
            raise ArgumentTypeError(f"{kind.__name__} has no argument {name!r}. {nearest(name, names)}")


def nearest(given: str, names: Iterable[str]) -> str:
    """A sentence on which of these names may have been meant."""
    names = list(names)
    near = get_close_matches(given, names, n=2, cutoff=0.6)
    return f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(names)}."
