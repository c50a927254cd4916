"""Data sets at paths of the user's or from the network, and what is said where neither goes."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import signature
from os import PathLike
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar

import keras

from ...errors import ArgumentError, DownloadError, MissingFileError, first_line
from ...storage import keras_home

Function = TypeVar("Function", bound=Callable[..., object])

# How Keras (3.15.1) says that it could not fetch a file: an exception of no class of its own.
_SAID_BY_KERAS = re.compile(r"URL fetch failure on (\S+): .*? -- (.*)", re.DOTALL)


def fetched(function: Function, place: str = "{}") -> Function:
    """A function that loads a data set of Keras from any path, and says in one line how to do without a network.

    Args:
        function: of ``keras.datasets``.
        place: where Keras keeps the file in its folder of data sets; ``{}`` is the name that it has in the network.
    """

    @wraps(function)
    def loaded(*positional: object, **named: object) -> object:
        own = _own_file(function, positional, named)
        try:
            return (function if own is None else _reading(function, own))(*positional, **named)
        except Exception as problem:
            if not (failure := _SAID_BY_KERAS.fullmatch(str(problem))):
                if own is None or not own.is_file() or isinstance(problem, TypeError):  # of wrong arguments
                    raise
                raise ArgumentError(
                    f"{own} is not what {_called(function)} reads, which Keras keeps as {_name_in_keras(function)}: "
                    f"{first_line(problem)}"
                ) from problem
        address, reason = failure.groups()
        file = own or keras_home() / "datasets" / place.format(address.rpartition("/")[2])
        raise DownloadError(
            f"{_called(function)} cannot fetch {address}: {reason}. Fetch it where there is a network, and put it at "
            f"{file}"
        )

    return loaded  # type: ignore[return-value]


def place_of(path: str | PathLike[str]) -> Path:
    """Where a data set lies: as in Keras 1 and 2, a path is one in their folder of data sets, unless it is a whole one.

    What is not there may lie in the working directory, where Keras 1 and 2 did not look.
    """
    given = Path(os.path.expanduser(path))
    kept, here = keras_home() / "datasets" / given, given.absolute()
    return here if len(given.parts) > 1 and not kept.exists() and here.exists() else kept


def _own_file(
    function: Callable[..., object], positional: Sequence[object], named: Mapping[str, object]
) -> Path | None:
    """The file that a call names where Keras 3 does not look: it takes no folders, and own names for its own file."""
    given: Any = named.get("path", positional[0] if positional else None)
    if "path" not in signature(function).parameters or not isinstance(given, str | PathLike):
        return None
    file = place_of(given)
    in_its_folder = file == keras_home() / "datasets" / file.name
    return None if in_its_folder and (file.name == _name_in_keras(function) or not file.exists()) else file


def _reading(function: Callable[..., object], file: Path) -> Callable[..., object]:
    """The same function of Keras, which has its file from a certain place."""

    def get_file(fname: str, origin: str, **settings: object) -> str:
        if not file.parent.is_dir():
            raise MissingFileError(
                f"There is no folder {file.parent} for {_called(function)} to read {file.name} from."
            )
        if not file.exists():
            keras.utils.get_file(file.name, origin, cache_dir=str(file.parent), cache_subdir="", **settings)
        return str(file)

    assert isinstance(function, FunctionType)
    names = {**function.__globals__, "get_file": get_file}
    return FunctionType(function.__code__, names, function.__name__, function.__defaults__)


def _name_in_keras(function: Callable[..., object]) -> str:
    return str(signature(function).parameters["path"].default)


def _called(function: Callable[..., object]) -> str:
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
