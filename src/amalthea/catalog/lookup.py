"""Names in, rows out. Look-up ignores case, ``-`` and ``_``."""

import re
from difflib import get_close_matches
from fnmatch import fnmatchcase

from ..errors import ArgumentError, UnknownModelError
from .imagenet import ROWS
from .variant import Variant


def list_models(pattern: str = "*") -> tuple[str, ...]:
    """Names of the catalogue that match a shell pattern such as ``"resnet*"`` or ``"[a-m]*"``.

    Raises:
        ArgumentError: the pattern is no string.

    Example:
        >>> list_models("vgg*")
        ('VGG16', 'VGG19')
    """
    return tuple(row.name for row in ROWS if fnmatchcase(_plain(row.name), _plain(pattern)))


def variant(name: str) -> Variant:
    """The row of one network.

    Raises:
        UnknownModelError: no network has this name; the message lists the nearest.
        ArgumentError: the name is no string.

    Example:
        >>> variant("resnet-50-v2").parameters
        25613800
    """
    rows = {_plain(row.name): row for row in ROWS}
    if _plain(name) in rows:
        return rows[_plain(name)]
    near = [rows[match].name for match in get_close_matches(_plain(name), rows, n=3, cutoff=0.5)]
    suggestion = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(list_models())}."
    raise UnknownModelError(f"The catalogue has no model {name!r}. {suggestion} `amalthea models` lists all.")


def _plain(name: str) -> str:
    if not isinstance(name, str):
        raise ArgumentError(f"A model goes by its name, such as 'ResNet50' or 'resnet-50'; given was {name!r}.")
    # A pattern's brackets stay whole, for there "-" makes a range.
    return re.sub(r"(\[!?]?[^]]*])|[-_]", r"\1", name.lower())
