"""The names of ``keras.layers.normalization``."""

from collections.abc import Sequence
from typing import Any, ClassVar

import keras

from .._spelling import Older, Spelling, saved_as_keras
from ._old_layer import OldLayer

__all__ = ["BatchNormalization"]


def _alone(axis: Any) -> Any:
    return axis[0] if isinstance(axis, list | tuple) and len(axis) == 1 else axis


def _first_is_epsilon(positional: Sequence[Any]) -> bool:
    return isinstance(positional[0], float)


@saved_as_keras
class BatchNormalization(OldLayer, keras.layers.BatchNormalization):
    """Channels of mean 0 and variance 1 in training; in prediction by the means of what was trained on."""

    spelling = Spelling(
        renamed={"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"},
        values={"axis": _alone},
        gone={
            "mode": "Only mode=0 is left. For mode=1, rows by themselves, use LayerNormalization; mode=2, the "
            "statistics of the batch also in prediction, is BatchNormalization()(x, training=True)."
        },
        older=Older(
            (
                "epsilon",
                "mode",
                "axis",
                "momentum",
                "weights",
                "beta_init",
                "gamma_init",
                "gamma_regularizer",
                "beta_regularizer",
            ),
            _first_is_epsilon,
        ),
    )
    weight_names: ClassVar = {"running_mean": "moving_mean", "running_std": "moving_variance"}
