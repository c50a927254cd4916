"""The names of ``keras.applications.inception_v3``."""

from ...applications import inception_v3 as today
from ._old_arguments import constructor, function

InceptionV3 = constructor(today.InceptionV3)
preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)

__all__ = ["InceptionV3", "decode_predictions", "preprocess_input"]
