"""EfficientNet-Lite, which Keras does not have, in the form of the modules of ``keras.applications``."""

from ..architectures.efficientnet_lite import EfficientNetLite0, EfficientNetLite1, EfficientNetLite2
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("EfficientNetLite0", __name__)

__all__ = ["EfficientNetLite0", "EfficientNetLite1", "EfficientNetLite2", "decode_predictions", "preprocess_input"]
