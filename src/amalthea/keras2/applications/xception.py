"""The names of ``keras.applications.xception``."""

from ...applications import xception as today
from ._old_arguments import constructor, function

Xception = constructor(today.Xception)
preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)

__all__ = ["Xception", "decode_predictions", "preprocess_input"]
