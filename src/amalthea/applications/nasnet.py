"""The names of ``keras.applications.nasnet``."""

from ..architectures.nasnet import NASNetLarge, NASNetMobile
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("NASNetMobile", __name__)

__all__ = ["NASNetLarge", "NASNetMobile", "decode_predictions", "preprocess_input"]
