"""The names of ``keras.applications.resnet_v2``."""

from ..architectures.resnet import ResNet50V2, ResNet101V2, ResNet152V2
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("ResNet50V2", __name__)

__all__ = ["ResNet50V2", "ResNet101V2", "ResNet152V2", "decode_predictions", "preprocess_input"]
