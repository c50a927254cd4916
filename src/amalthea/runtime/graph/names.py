"""Names that occur more than once, numbered."""

from collections.abc import Container


def unused(wanted: str, known: Container[str], mark: str) -> str:
    """A name, or where it is known, the first of those with a mark and a number behind it that is not.

    Example:
        >>> unused("conv", {"conv", "conv:1"}, ":")
        'conv:2'
    """
    name, number = wanted, 0
    while name in known:
        number += 1
        name = f"{wanted}{mark}{number}"
    return name
