"""The one error of this package."""

from typing import Any

from ...errors import UnsupportedLayerError


def unsupported(layer: Any, reason: str) -> UnsupportedLayerError:
    """An error about a layer or operation of Keras, ready to be raised."""
    return UnsupportedLayerError(
        f"Layer {layer.name!r} of type {type(layer).__name__} cannot become part of a graph: {reason}. "
        "Keep model.predict for this model."
    )
