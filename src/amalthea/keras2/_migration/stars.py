"""Names that a script has from star imports of Keras."""

from collections.abc import Collection, Sequence
from inspect import ismodule

from .._running.module_names import TREE, ModuleNames
from .todays_names import offered, todays_name

# What the modules of Keras 2 imported for themselves, and star imports of layers and models gave away.
_GIVEN_AWAY = {"K": "keras.backend"}


def given(modules: Sequence[str], names: Collection[str]) -> dict[str, str]:
    """Name that nothing else in a script binds → its dotted name in the last of the modules that had it.

    Args:
        modules: that the script has star imports of, in its order.
        names: that nothing else binds.
    """
    found: dict[str, str] = {}
    for module in modules:
        there = [name for name in names if not name.startswith("_") and _has(module, name)]
        found |= {name: f"{module}.{name}" for name in there if not _is_same(found.get(name, ""), f"{module}.{name}")}
        if there or module.endswith((".layers", ".models")):
            found |= {name: found.get(name, _GIVEN_AWAY[name]) for name in _GIVEN_AWAY.keys() & names}
    return found


def exported(module: str) -> Collection[str]:
    """What a star import of a module of today binds."""
    found = offered(module)
    return getattr(found, "__all__", None) or [name for name in dir(found) if not name.startswith("_")]


def _is_same(one: str, other: str) -> bool:
    """Whether two old names are one today."""
    first, second = todays_name(one), todays_name(other)
    return first is not None and second is not None and first.name == second.name


def _has(module: str, name: str) -> bool:
    """Whether the old module had a name, or today's of the same name has it."""
    inside = ModuleNames().today(module)
    if inside is None or not inside.startswith(TREE):
        return False
    old = offered(inside)
    if not ismodule(old):
        return False
    return name in exported(inside) or offered(f"keras{inside.removeprefix(TREE)}.{name}") is not None
