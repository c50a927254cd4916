"""The names of ``keras.applications.vgg19``."""

from ...applications import vgg19 as today
from ._old_arguments import constructor, function

VGG19 = constructor(today.VGG19)
preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]
