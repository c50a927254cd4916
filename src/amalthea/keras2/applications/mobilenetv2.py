"""The names of ``keras.applications.mobilenetv2``, as Keras 2.2.0 to 2.2.4 called ``mobilenet_v2``."""

from .mobilenet import DepthwiseConv2D, relu6
from .mobilenet_v2 import MobileNetV2, decode_predictions, preprocess_input

__all__ = ["DepthwiseConv2D", "MobileNetV2", "decode_predictions", "preprocess_input", "relu6"]
