"""The names of ``keras.constraints``: what a weight is brought back to after each step."""

import keras

from ._spelling import OldSpelling, Spelling, saved_as_keras

deserialize = keras.constraints.deserialize
get = keras.constraints.get
serialize = keras.constraints.serialize
Constraint = keras.constraints.Constraint
MinMaxNorm = min_max_norm = keras.constraints.MinMaxNorm
NonNeg = non_neg = nonneg = keras.constraints.NonNeg
UnitNorm = unit_norm = unitnorm = keras.constraints.UnitNorm

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "maxnorm",
    "min_max_norm",
    "non_neg",
    "nonneg",
    "serialize",
    "unit_norm",
    "unitnorm",
]


@saved_as_keras
class MaxNorm(OldSpelling, keras.constraints.MaxNorm):
    """Weights that are no longer than ``max_value`` along ``axis``."""

    spelling = Spelling(renamed={"m": "max_value"})


max_norm = maxnorm = MaxNorm
