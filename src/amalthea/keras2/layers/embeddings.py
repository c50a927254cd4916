"""The names of ``keras.layers.embeddings``."""

from collections.abc import Sequence
from typing import Any, ClassVar

import keras

from .._spelling import Older, Spelling, saved_as_keras
from ._old_layer import OldLayer

__all__ = ["Embedding"]


def _fourth_is_a_length(positional: Sequence[Any]) -> bool:
    return len(positional) > 3 and isinstance(positional[3], int) and not isinstance(positional[3], bool)


@saved_as_keras
class Embedding(OldLayer, keras.layers.Embedding):
    """A vector for each whole number below ``input_dim``."""

    spelling = Spelling(
        renamed={
            "init": "embeddings_initializer",
            "W_regularizer": "embeddings_regularizer",
            "W_constraint": "embeddings_constraint",
        },
        positions=(
            "input_dim",
            "output_dim",
            "embeddings_initializer",
            "embeddings_regularizer",
            "activity_regularizer",
            "embeddings_constraint",
            "mask_zero",
            "input_length",
        ),
        gone={"dropout": "Put SpatialDropout1D after it."},
        older=Older(
            (
                "input_dim",
                "output_dim",
                "init",
                "input_length",
                "W_regularizer",
                "activity_regularizer",
                "W_constraint",
                "mask_zero",
                "weights",
                "dropout",
            ),
            _fourth_is_a_length,
        ),
    )
    own_arguments = frozenset({"input_dim", "weights"})
    weight_names: ClassVar = {"W": "embeddings"}

    def _first_shape(self, named: dict[str, Any]) -> tuple[int | None, ...]:
        length = named.pop("input_length", None)
        lengths = tuple(length) if isinstance(length, list | tuple) else (length,)
        return super()._first_shape(named) or (None, *lengths)
