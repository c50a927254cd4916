"""The names of ``keras.applications.mobilenet``, those among them that files of Keras before 2.2.2 need to load."""

from keras.activations import relu6

from ...applications import mobilenet as today
from ..layers import DepthwiseConv2D
from ._old_arguments import constructor, function

MobileNet = constructor(today.MobileNet)
preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)

__all__ = ["DepthwiseConv2D", "MobileNet", "decode_predictions", "preprocess_input", "relu6"]
