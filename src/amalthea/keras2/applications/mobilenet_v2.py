"""The names of ``keras.applications.mobilenet_v2``."""

from ...applications import mobilenet_v2 as today
from ._old_arguments import constructor, function

MobileNetV2 = constructor(today.MobileNetV2)
preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]
