"""The names of ``keras.applications.mobilenet_v2``, where scripts of Keras 2.2.0 to 2.2.4 look for them."""

from ..architectures.mobilenet_v2 import MobileNetV2
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("MobileNetV2", __name__)

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]
