"""The names of ``keras.applications.nasnet``."""

from ...applications import nasnet as today
from ._old_arguments import constructor, function

NASNetLarge = constructor(today.NASNetLarge)
NASNetMobile = constructor(today.NASNetMobile)
preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)

__all__ = ["NASNetLarge", "NASNetMobile", "decode_predictions", "preprocess_input"]
