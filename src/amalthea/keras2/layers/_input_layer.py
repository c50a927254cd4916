"""``InputLayer``: where data come into a graph."""

from typing import Any

import keras

from .._spelling import Spelling, saved_as_keras
from ._old_layer import OldLayer


@saved_as_keras
class InputLayer(OldLayer, keras.layers.InputLayer):
    """Data of one shape."""

    spelling = Spelling(
        renamed={"input_shape": "shape", "batch_input_shape": "batch_shape", "input_dtype": "dtype"},
        positions=("shape", "batch_size", "dtype", "input_tensor", "sparse", "name"),
    )

    @property
    def input(self) -> Any:
        """Its tensor, which Keras 3 calls an output alone; scripts give it to ``K.function``."""
        return self.output
