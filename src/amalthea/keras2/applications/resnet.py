"""The names of ``keras.applications.resnet``."""

from ...applications import resnet as today
from ._old_arguments import constructor, function

ResNet50 = constructor(today.ResNet50)
ResNet101 = constructor(today.ResNet101)
ResNet152 = constructor(today.ResNet152)
preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)

__all__ = ["ResNet50", "ResNet101", "ResNet152", "decode_predictions", "preprocess_input"]
