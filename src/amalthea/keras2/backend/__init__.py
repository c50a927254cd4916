"""The functions of ``keras.backend`` of Keras 1 and 2, which scripts call ``K``, on every backend of Keras 3.

They work on arrays, variables and symbolic tensors alike. Errors are those of ``amalthea.errors``.

Example:
    >>> from amalthea.keras2 import backend as K
    >>> K.get_value(K.sum(K.variable([[1, 2], [3, 4]]), axis=0)).tolist()
    [4.0, 6.0]
"""

# ruff: noqa: F403 - the names of each module stand in its __all__

from importlib import import_module

from . import (
    arithmetic,
    control,
    convolutions,
    functions,
    networks,
    operations,
    phase,
    random_numbers,
    settings,
    shapes,
    tensors,
    values,
)
from .arithmetic import *
from .control import *
from .convolutions import *
from .functions import *
from .networks import *
from .operations import *
from .phase import *
from .random_numbers import *
from .settings import *
from .shapes import *
from .tensors import *
from .values import *

__all__ = [
    *arithmetic.__all__,
    *control.__all__,
    *convolutions.__all__,
    *functions.__all__,
    *networks.__all__,
    *operations.__all__,
    *phase.__all__,
    *random_numbers.__all__,
    *settings.__all__,
    *shapes.__all__,
    *tensors.__all__,
    *values.__all__,
]


def __getattr__(name: str) -> object:
    if name in ("common", "tensorflow_backend"):  # which take names from here
        return import_module(f".{name}", __name__)
    if name == "tf":  # as K.tf.ConfigProto(), where it was imported
        return import_module(".._running.tensorflow_of_then", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
