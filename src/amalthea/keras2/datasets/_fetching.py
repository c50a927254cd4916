"""Data sets that are fetched from the network, and what is said where there is none."""

import re
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from ...errors import DownloadError
from ...storage import keras_home

Function = TypeVar("Function", bound=Callable[..., object])

# How Keras (3.15.1) says that it could not fetch a file: an exception of no class of its own.
_SAID_BY_KERAS = re.compile(r"URL fetch failure on (\S+): .*? -- (.*)", re.DOTALL)


def fetched(function: Function, place: str = "{}") -> Function:
    """A function that loads a data set of Keras, and says in one line how to do without a network.

    Args:
        function: of ``keras.datasets``.
        place: where Keras keeps the file in its folder of data sets; ``{}`` is the name that it has in the network.
    """

    @wraps(function)
    def loaded(*positional: object, **named: object) -> object:
        try:
            return function(*positional, **named)
        except Exception as problem:
            if not (failure := _SAID_BY_KERAS.fullmatch(str(problem))):
                raise
        address, reason = failure.groups()
        file = keras_home() / "datasets" / place.format(address.rpartition("/")[2])
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        raise DownloadError(
            f"{name} cannot fetch {address}: {reason}. Fetch it where there is a network, and put it at {file}"
        )

    return loaded  # type: ignore[return-value]
