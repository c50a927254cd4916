"""The names of ``keras.applications.mobilenet``."""

from ..architectures.mobilenet import MobileNet
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("MobileNet", __name__)

__all__ = ["MobileNet", "decode_predictions", "preprocess_input"]
