"""The names of ``keras.applications.vgg19``."""

from ..architectures.vgg import VGG19
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("VGG19", __name__)

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]
