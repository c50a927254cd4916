"""The names of ``keras.applications.resnet_v2``."""

from ...applications import resnet_v2 as today
from ._old_arguments import constructor, function

ResNet50V2 = constructor(today.ResNet50V2)
ResNet101V2 = constructor(today.ResNet101V2)
ResNet152V2 = constructor(today.ResNet152V2)
preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)

__all__ = ["ResNet50V2", "ResNet101V2", "ResNet152V2", "decode_predictions", "preprocess_input"]
