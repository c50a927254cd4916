"""What layers called their arguments, where many of them did so alike."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

from ...errors import ArgumentError
from .. import initializations
from .._spelling.data_formats import todays_data_format
from ..activations import todays_activation

INITIALIZERS_OF_KERAS_1 = frozenset(initializations.__all__) - {"get"}
FORMAT = {"dim_ordering": "data_format"}
WEIGHTS = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
WINDOW = {"border_mode": "padding", **FORMAT}


def todays_padding(given: Any) -> Any:
    """Today's name of what happens at the border of a picture.

    Raises:
        ArgumentError: "full", which only Theano had.
    """
    if given == "full":
        raise ArgumentError(
            "border_mode='full' is gone from Keras. Put ZeroPadding2D with the size of the kernel less 1 before the "
            "layer, and leave it 'valid'."
        )
    return "same" if given == "half" else given


def whole(given: Any) -> Any:
    """A size of NumPy, such as ``np.prod(shape)``, or of a division, as the whole number that Keras 3 wants."""
    is_number = isinstance(given, Real) and not isinstance(given, int)
    return int(given) if is_number and given == int(given) else given


VALUES = {
    **{"activation": todays_activation, "data_format": todays_data_format, "padding": todays_padding},
    **dict.fromkeys(("units", "filters", "n"), whole),
}


def second_is_an_initializer(positional: Sequence[Any]) -> bool:
    """Whether the second argument is the name of an initializer, as in ``Dense(64, 'uniform')`` of Keras 1."""
    return len(positional) > 1 and isinstance(positional[1], str) and positional[1] in INITIALIZERS_OF_KERAS_1
