"""The names of ``keras.applications.resnet50``, where scripts of Keras 1 and 2 look for them."""

from ..architectures.resnet import ResNet50
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("ResNet50", __name__)

__all__ = ["ResNet50", "decode_predictions", "preprocess_input"]
