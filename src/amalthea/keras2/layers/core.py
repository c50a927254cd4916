"""The names of ``keras.layers.core``."""

from typing import Any

import keras

from .._spelling import Older, Spelling, saved_as_keras
from ..activations import todays_activation
from ..backend.random_numbers import OwnRandomness
from ._arguments import FORMAT, VALUES, WEIGHTS, second_is_an_initializer
from ._gone import gone
from ._old_layer import OldLayer
from ._old_merge import Merge
from ._own_layer import Layer
from .noise import SpatialDropout1D, SpatialDropout2D, SpatialDropout3D

__all__ = [
    "Activation",
    "ActivityRegularization",
    "Dense",
    "Dropout",
    "Flatten",
    "Highway",
    "Lambda",
    "Layer",
    "Masking",
    "MaxoutDense",
    "Merge",
    "Permute",
    "RepeatVector",
    "Reshape",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "TimeDistributedDense",
]


@saved_as_keras
class Dense(OldLayer, keras.layers.Dense):
    """Each output from all inputs."""

    begins_with_size = True
    spelling = Spelling(
        renamed={"output_dim": "units", **WEIGHTS},
        values=VALUES,
        older=Older(
            positions=(
                "output_dim",
                "init",
                "activation",
                "weights",
                "W_regularizer",
                "b_regularizer",
                "activity_regularizer",
                "W_constraint",
                "b_constraint",
                "bias",
                "input_dim",
            ),
            applies=second_is_an_initializer,
        ),
    )


@saved_as_keras
class Activation(OldLayer, keras.layers.Activation):
    """A function of each number, by its name or itself."""

    spelling = Spelling(positions=("activation",), values={"activation": todays_activation})


@saved_as_keras
class Dropout(OldLayer, keras.layers.Dropout):
    """In training, a share ``rate`` of the numbers become 0, the others larger."""

    spelling = Spelling(renamed={"p": "rate"})


@saved_as_keras
class Flatten(OldLayer, keras.layers.Flatten):
    """All numbers of a picture in a row."""

    spelling = Spelling(renamed=FORMAT, values=VALUES)


@saved_as_keras
class Reshape(OldLayer, keras.layers.Reshape):
    """The same numbers in another shape."""

    spelling = Spelling(renamed={"dims": "target_shape"})


@saved_as_keras
class Permute(OldLayer, keras.layers.Permute):
    """The axes in another order, counted from 1 without the batch."""


@saved_as_keras
class RepeatVector(OldLayer, keras.layers.RepeatVector):
    """A vector ``n`` times along a new axis."""

    begins_with_size = True
    spelling = Spelling(values=VALUES)


@saved_as_keras
class Masking(OldLayer, keras.layers.Masking):
    """Steps in which all numbers are ``mask_value`` do not count."""


@saved_as_keras
class ActivityRegularization(OldLayer, keras.layers.ActivityRegularization):
    """The inputs; what they add to the loss."""


def _as_tuple(shape: Any) -> Any:
    single = isinstance(shape, list) and all(size is None or isinstance(size, int) for size in shape)
    return tuple(shape) if single else shape


@saved_as_keras
class Lambda(OwnRandomness, OldLayer, keras.layers.Lambda):
    """A function of tensors."""

    spelling = Spelling(values={"output_shape": _as_tuple})


TimeDistributedDense = gone("TimeDistributedDense", "Use TimeDistributed(Dense(…)), or Dense alone.")
Highway = gone(
    "Highway",
    "Build it: gate = Dense(n, activation='sigmoid')(x), "
    "then add([multiply([gate, Dense(n)(x)]), multiply([Lambda(lambda g: 1 - g)(gate), x])]).",
)
MaxoutDense = gone("MaxoutDense", "Use maximum([Dense(n)(x), Dense(n)(x), …]).")
