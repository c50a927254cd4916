"""The names of ``keras.applications.vgg16``."""

from ..architectures.vgg import VGG16
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("VGG16", __name__)

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]
