"""The names of ``keras.applications.mobilenet_v2``."""

from ..architectures.mobilenet_v2 import MobileNetV2
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("MobileNetV2", __name__)

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]
