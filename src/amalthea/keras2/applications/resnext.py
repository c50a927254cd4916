"""The names of ``keras_applications.resnext``."""

from ...applications import resnext as today
from ._old_arguments import constructor, function

ResNeXt50 = constructor(today.ResNeXt50)
ResNeXt101 = constructor(today.ResNeXt101)
preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)

__all__ = ["ResNeXt50", "ResNeXt101", "decode_predictions", "preprocess_input"]
