"""Functions whose arguments Keras 1 and 2 called otherwise."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from .spelling import Spelling, translated

Function = TypeVar("Function", bound=Callable[..., Any])


def spelt(spelling: Spelling) -> Callable[[Function], Function]:
    """Function decorator: let the arguments be given in old spelling, too; the table is kept in ``spelling``."""

    def decorated(function: Function) -> Function:
        @wraps(function)
        def in_any_spelling(*positional: Any, **named: Any) -> Any:
            positional, named = translated(function.__name__, spelling, positional, named)
            return function(*positional, **named)

        vars(in_any_spelling)["spelling"] = spelling
        return in_any_spelling  # type: ignore[return-value]

    return decorated
