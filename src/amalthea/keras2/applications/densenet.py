"""The names of ``keras.applications.densenet``."""

from ...applications import densenet as today
from ._old_arguments import constructor, function

DenseNet = constructor(today.DenseNet)
DenseNet121 = constructor(today.DenseNet121)
DenseNet169 = constructor(today.DenseNet169)
DenseNet201 = constructor(today.DenseNet201)
preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)

__all__ = ["DenseNet", "DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]
