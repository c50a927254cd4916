"""Where a name of Keras 1 and 2 is found today: in Keras 3, in Amalthea, or in ``amalthea.keras2`` alone.

Nothing is listed here that the tree ``amalthea.keras2`` knows: its classes derive from those of Keras, its functions
are those of Keras or have them under the same name, and both carry the table of their arguments with them.
"""

import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from inspect import isfunction, ismodule, signature
from typing import Any, NamedTuple, NoReturn, get_type_hints

from ...errors import AmaltheaError
from .._running.module_names import TREE, ModuleNames
from .._spelling import Spelling
from .backend_names import BACKEND

_PLACES = (
    *("layers", "models", "ops", "optimizers", "callbacks", "losses", "metrics", "regularizers", "constraints"),
    *("initializers", "activations", "utils", "random", "applications", "backend", "config", "saving"),
)
# Modules whose contents lie elsewhere than in the package around them.
_MOVED = {"objectives": "keras.losses", "engine": "keras.layers", "legacy": "keras.layers"}


class Today(NamedTuple):
    """Something of Keras 1 and 2 as it is found today.

    Attributes:
        name: dotted, empty if it is gone.
        old: the object in ``amalthea.keras2``, None for modules.
        spelling: the table of its arguments, if it has one.
        gone: why there is no such thing any more, and what to do.
        module: whether it is a module.
    """

    name: str
    old: Any = None
    spelling: Spelling | None = None
    gone: str = ""
    module: bool = False


@cache
def todays_name(name: str) -> Today | None:
    """What a dotted name of then is today; None if it is not one of Keras'.

    Example:
        >>> todays_name("tensorflow.keras.layers.Dense").name, todays_name("keras.layers.core").name
        ('keras.layers.Dense', 'keras.layers')
    """
    inside = ModuleNames().today(name)
    if inside is None or not inside.startswith(TREE):
        return None
    path = inside.removeprefix(TREE).strip(".")
    if path.startswith("backend.") and path.removeprefix("backend.") in BACKEND:
        today, spelling = BACKEND[path.removeprefix("backend.")]
        return Today(today, spelling=spelling)
    if path.startswith(("backend.tf.", "backend.tensorflow_backend.tf.")):
        return Today("", gone="keras.backend.tf is gone from Keras: import tensorflow as tf.")
    try:
        found = _in_the_tree(path)
    except _InsideError:
        return None
    except (AmaltheaError, ImportError, AttributeError) as error:
        kept = offered(f"keras.{path}")
        return Today(f"keras.{path}", kept) if kept is not None else Today("", gone=_without_it(path, error))
    if ismodule(found):
        return Today(_todays_module(path), module=True)
    gone = _why_gone(found)
    if gone:
        return Today("", found, gone=gone)
    return Today(_todays_place(path, found), found, getattr(found, "spelling", None))


class _InsideError(Exception):
    """A name within a class or function, which is no name of Keras by itself."""


def _without_it(path: str, error: Exception) -> str:
    last = path.rpartition(".")[2]
    if not isinstance(error, AmaltheaError) and not (isinstance(error, ImportError) and last in str(error)):
        return f"{last} is neither in Keras 2 nor in Keras 3, nor in Amalthea."
    return str(error) if last in str(error) else f"{last}: {error}"


def _why_gone(found: Any) -> str:
    """What a function of the tree says that only raises; empty if it does anything else."""
    if not isfunction(found) or get_type_hints(found).get("return") is not NoReturn:
        return ""
    required = [one for one in signature(found).parameters.values() if one.default is one.empty]
    try:
        found(*[None for one in required if one.kind is one.POSITIONAL_OR_KEYWORD])
    except AmaltheaError as error:
        return str(error)
    return ""


def _in_the_tree(path: str) -> Any:
    found: Any = import_module(TREE)
    for part in path.split(".") if path else []:
        if hasattr(found, "__path__") and find_spec(f"{found.__name__}.{part}"):
            found = import_module(f"{found.__name__}.{part}")
        elif ismodule(found):
            found = getattr(found, part)
        else:
            raise _InsideError
    return found


def _todays_module(path: str) -> str:
    if not path:
        return "keras"
    if offered(f"keras.{path}") is not None:
        return f"keras.{path}"
    if path.startswith(("applications.", "preprocessing.")) and offered(f"amalthea.{path}") is not None:
        return f"amalthea.{path}"
    first, _, rest = path.partition(".")
    if first in _MOVED:
        return _MOVED[first]
    return f"keras.{first}" if rest and offered(f"keras.{first}") is not None else f"{TREE}.{path}"


def _todays_place(path: str, found: Any) -> str:
    last = path.rpartition(".")[2]
    base = _base_in_keras(found)
    for name in (f"keras.{path}", f"{_todays_module(path.rpartition('.')[0])}.{last}"):
        kept = offered(name)
        is_it = kept is not None and name.startswith("keras.") and base in (None, kept)
        if is_it and (base is None or _public_name(kept).rpartition(".")[2] in ("", last)):
            return name
    public = _public_name(base) if base is not None else ""
    if path.startswith("applications.") and last[:1].isupper() and offered(f"keras.applications.{last}") is not None:
        public = f"keras.applications.{last}"
    if public:
        return public
    if path.startswith(("applications.", "preprocessing.")) and offered(f"amalthea.{path}") is not None:
        return f"amalthea.{path}"
    if getattr(import_module(f"{TREE}.layers"), last, None) is found and offered(f"keras.layers.{last}") is not None:
        return f"keras.layers.{last}"
    return f"{TREE}.{path}"


def _base_in_keras(found: Any) -> Any:
    """The class or function of Keras that something in the tree is, or stands for; None if it is our own."""
    module = sys.modules.get(getattr(found, "__module__", None) or "")
    if module is None or not module.__name__.startswith("keras."):
        return None
    return getattr(module, getattr(found, "__name__", ""), None)


def _public_name(base: Any) -> str:
    """The name under which Keras offers an object; preferably the one that it bears itself."""
    names = _public_names().get(id(base), [])
    own = getattr(base, "__name__", "")
    return next((name for name in names if name.rpartition(".")[2] == own), names[0] if names else "")


@cache
def _public_names() -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for place in _PLACES:
        module = import_module(f"keras.{place}")
        for name, value in vars(module).items():
            if not name.startswith("_") and not ismodule(value):
                names.setdefault(id(value), []).append(f"keras.{place}.{name}")
    return names


def offered(name: str) -> Any:
    """What a package offers under a dotted name; None if it has nothing there."""
    parts = name.split(".")
    try:
        found: Any = import_module(parts[0])
        for number, part in enumerate(parts[1:], 1):
            if not ismodule(found):
                return None
            inner = ".".join(parts[: number + 1])
            found = getattr(found, part) if hasattr(found, part) else import_module(inner)
    except (AmaltheaError, ImportError, AttributeError):
        return None
    return found
