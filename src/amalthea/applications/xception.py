"""The names of ``keras.applications.xception``."""

from ..architectures.xception import Xception
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("Xception", __name__)

__all__ = ["Xception", "decode_predictions", "preprocess_input"]
