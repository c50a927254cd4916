"""The names of ``keras.initializers``: what weights are before they are trained.

Without a seed of their own, they follow NumPy's: after ``np.random.seed(1)``, a script begins with the same weights
each time. Two layers that share one initializer begin with different weights, as in Keras 1 and 2.
"""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from types import FunctionType
from typing import Any

import keras

from ._randomness import next_seed
from ._spelling import OldSpelling, Spelling, note, saved_as_keras

deserialize = keras.initializers.deserialize
serialize = keras.initializers.serialize

Constant = constant = keras.initializers.Constant
Identity = identity = keras.initializers.Identity
Initializer = keras.initializers.Initializer
Ones = one = ones = keras.initializers.Ones
Zeros = zero = zeros = keras.initializers.Zeros

_SCALE = Spelling(renamed={"scale": "stddev"})


class _Drawing(OldSpelling):
    """Mixed into an initializer, it draws other numbers at each call, unless it was given a seed."""

    def __call__(self, shape: Any, dtype: Any = None, **layout: Any) -> Any:
        if self.get_config()["seed"] is None:  # type: ignore[attr-defined]
            self.seed = next_seed()
        return super().__call__(shape, dtype=dtype, **layout)  # type: ignore[misc]


@saved_as_keras
class RandomNormal(_Drawing, keras.initializers.RandomNormal):
    """Normal numbers: ``mean``, ``stddev``."""

    spelling = _SCALE


@saved_as_keras
class RandomUniform(_Drawing, keras.initializers.RandomUniform):
    """Numbers between ``minval`` and ``maxval``, each as likely."""


@saved_as_keras
class TruncatedNormal(_Drawing, keras.initializers.TruncatedNormal):
    """Normal numbers, without those beyond two ``stddev``."""


@saved_as_keras
class VarianceScaling(_Drawing, keras.initializers.VarianceScaling):
    """Numbers as large as the size of the kernel wants them; "normal" ones were truncated then, too."""

    spelling = Spelling(values={"distribution": lambda given: "truncated_normal" if given == "normal" else given})


@saved_as_keras
class Orthogonal(_Drawing, keras.initializers.Orthogonal):
    """An orthogonal matrix, times ``gain``."""


@saved_as_keras
class GlorotNormal(_Drawing, keras.initializers.GlorotNormal):
    """Truncated normal numbers for the mean of what a kernel takes and returns."""


@saved_as_keras
class GlorotUniform(_Drawing, keras.initializers.GlorotUniform):
    """Uniform numbers for the mean of what a kernel takes and returns."""


@saved_as_keras
class HeNormal(_Drawing, keras.initializers.HeNormal):
    """Truncated normal numbers for what a kernel takes, before a ReLU."""


@saved_as_keras
class HeUniform(_Drawing, keras.initializers.HeUniform):
    """Uniform numbers for what a kernel takes, before a ReLU."""


@saved_as_keras
class LecunNormal(_Drawing, keras.initializers.LecunNormal):
    """Truncated normal numbers for what a kernel takes."""


@saved_as_keras
class LecunUniform(_Drawing, keras.initializers.LecunUniform):
    """Uniform numbers for what a kernel takes."""


normal = random_normal = RandomNormal
uniform = random_uniform = RandomUniform
truncated_normal = TruncatedNormal
orthogonal = Orthogonal
glorot_normal, glorot_uniform = GlorotNormal, GlorotUniform
he_normal, he_uniform = HeNormal, HeUniform
lecun_normal, lecun_uniform = LecunNormal, LecunUniform

_DRAWING = (
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    Orthogonal,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
)

KINDS: dict[type[Any], type[Any]] = {kind.__mro__[3]: kind for kind in _DRAWING}
"""Keras' classes, and ours that draw as NumPy's seed says."""


def get(identifier: Any) -> Any:
    """The initializer that a name, a configuration, a function or an object stands for.

    A function of Keras 1, which takes no ``dtype``, gets none.
    """
    return adopted(keras.initializers.get(_with_dtype(identifier)))


def adopted(initializer: Any) -> Any:
    """The same initializer, in place, of the class that draws as NumPy's seed says."""
    kind = KINDS.get(type(initializer))
    if kind is not None:
        initializer.__class__ = kind
    return initializer


def _with_dtype(initializer: Any) -> Any:
    if not isinstance(initializer, FunctionType):
        return initializer
    parameters = signature(initializer).parameters
    if "dtype" in parameters or any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return initializer
    note(f"the initializer {initializer.__name__} takes no dtype, which Keras 3 gives it")
    return _of_keras_1(initializer)


def _of_keras_1(initializer: Callable[[Any], Any]) -> Callable[..., Any]:
    @wraps(initializer)
    def in_any_dtype(shape: Any, dtype: Any = None) -> Any:
        drawn = keras.ops.convert_to_tensor(initializer(shape))
        return drawn if dtype is None else keras.ops.cast(drawn, dtype)

    return in_any_dtype


__all__ = [
    "Constant",
    "Identity",
    "Initializer",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "one",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "truncated_normal",
    "uniform",
    "zero",
    "zeros",
]
