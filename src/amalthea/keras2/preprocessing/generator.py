"""``ImageDataGenerator`` as it was: pixels of keras-preprocessing 1.1.2, random numbers by NumPy's global seed."""

from collections.abc import Callable
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...images.argument_names import check_argument_names
from ...preprocessing import image
from .._randomness import next_seed
from .._spelling import OldSpelling, Spelling, note
from .._spelling.data_formats import todays_data_format
from .._spelling.era import era
from .._spelling.functions import spelt
from .iterators import counted

if TYPE_CHECKING:
    from ...preprocessing.image import DataFrameIterator, DirectoryIterator, NumpyArrayIterator

_CAPITALS = Spelling(renamed={"X": "x"})


def _as_then(arguments: dict[str, Any]) -> dict[str, Any]:
    """Degrees instead of radians in a script for Keras 1."""
    check_argument_names(image.ImageDataGenerator, arguments)
    if era() == 1 and arguments.get("shear_range"):
        degrees = float(np.degrees(arguments["shear_range"]))
        note(f"shear_range={arguments['shear_range']} radians is {degrees:.4g} degrees today")
        arguments = {**arguments, "shear_range": degrees}
    return arguments


class ImageDataGenerator(OldSpelling, image.ImageDataGenerator):
    """Transforms pictures at random and normalises them, one at a time or in batches from arrays, folders and tables.

    The arguments are those of ``amalthea.preprocessing.image.ImageDataGenerator``, with ``compat="1.1.2"`` where
    nothing else is given; ``shear_range`` is in radians in a script for Keras 1.
    """

    spelling = Spelling(
        renamed={"dim_ordering": "data_format"},
        values={"data_format": todays_data_format},
        defaults={"compat": "1.1.2"},
        together=_as_then,
    )

    @spelt(_CAPITALS)
    def flow(self, *positional: Any, **named: Any) -> "NumpyArrayIterator":
        """Batches of the pictures of an array; the arguments are those of ``NumpyArrayIterator``."""
        return counted(_seeded(super().flow, positional, named))  # type: ignore[no-any-return]

    def flow_from_directory(self, *positional: Any, **named: Any) -> "DirectoryIterator":
        """Batches of the pictures in a folder; the arguments are those of ``DirectoryIterator``."""
        return counted(_seeded(super().flow_from_directory, positional, named))  # type: ignore[no-any-return]

    def flow_from_dataframe(self, *positional: Any, **named: Any) -> "DataFrameIterator":
        """Batches of the pictures that a table names; the arguments are those of ``DataFrameIterator``."""
        return counted(_seeded(super().flow_from_dataframe, positional, named))  # type: ignore[no-any-return]

    def get_random_transform(self, *positional: Any, **named: Any) -> dict[str, Any]:
        """Draw the parameters of one transformation."""
        return _seeded(super().get_random_transform, positional, named)  # type: ignore[no-any-return]

    def random_transform(self, x: NDArray[Any], seed: Any = None) -> NDArray[Any]:
        """Draw a transformation and apply it."""
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    @spelt(_CAPITALS)
    def fit(self, *positional: Any, **named: Any) -> None:
        """Learn from pictures what the featurewise normalisations and ``zca_whitening`` need."""
        _seeded(super().fit, positional, named)


def _seeded(method: Callable[..., Any], positional: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Call a method; the seed that is not given goes by NumPy's global one."""
    given = signature(method).bind(*positional, **named)
    if given.arguments.get("seed") is None:
        given.arguments["seed"] = next_seed()
    return method(*given.args, **given.kwargs)
