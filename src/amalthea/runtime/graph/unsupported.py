"""The one error of this package."""

from typing import Any

import keras

from ...errors import UnsupportedLayerError

ADVICE = 'Keep model.predict for this model, or use amalthea.predictor(model, fallback="keras").'


def unsupported(layer: Any, reason: str) -> UnsupportedLayerError:
    """An error about a layer or operation of Keras, ready to be raised."""
    what = "Layer" if isinstance(layer, keras.Layer) else "Operation"
    return UnsupportedLayerError(
        f"{what} {layer.name!r} of type {type(layer).__name__} cannot become part of a graph: {reason}. {ADVICE}"
    )
