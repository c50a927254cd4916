"""The names of ``keras.applications.resnet``."""

from ..architectures.resnet import ResNet50, ResNet101, ResNet152
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("ResNet50", __name__)

__all__ = ["ResNet50", "ResNet101", "ResNet152", "decode_predictions", "preprocess_input"]
