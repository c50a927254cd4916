"""Constructors and functions of ``amalthea.applications`` with the arguments, and for the scripts, of Keras 1 and 2."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from .._randomness import seeded_as_numpy
from .._spelling import Spelling, adopt
from .._spelling.data_formats import todays_data_format
from .._spelling.functions import spelt

_INJECTED = dict.fromkeys(("backend", "layers", "models", "utils"), "there is one Keras, and networks are built of it")


def constructor(build: Callable[..., Any]) -> Callable[..., Any]:
    """The same constructor, whose models and layers answer to the old names as well.

    What is drawn at random follows from NumPy's seed, as in Keras 1 and 2.
    """

    @spelt(Spelling(without_effect=_INJECTED))
    @wraps(build)
    def adopted(*positional: Any, **named: Any) -> Any:
        with seeded_as_numpy():
            return adopt(build(*positional, **named))

    return adopted


def function(today: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which also takes ``dim_ordering`` and what keras-applications had to be given."""
    spelling = Spelling(
        renamed={"dim_ordering": "data_format"},
        values={"data_format": todays_data_format},
        without_effect=_INJECTED,
    )
    return spelt(spelling)(today)
