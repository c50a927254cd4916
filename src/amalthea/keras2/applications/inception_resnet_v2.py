"""The names of ``keras.applications.inception_resnet_v2``."""

from ...applications import inception_resnet_v2 as today
from ._old_arguments import constructor, function

InceptionResNetV2 = constructor(today.InceptionResNetV2)
preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)

__all__ = ["InceptionResNetV2", "decode_predictions", "preprocess_input"]
