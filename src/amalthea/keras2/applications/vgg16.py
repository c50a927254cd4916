"""The names of ``keras.applications.vgg16``."""

from ...applications import vgg16 as today
from ._old_arguments import constructor, function

VGG16 = constructor(today.VGG16)
preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]
