"""The names of ``keras.applications.inception_resnet_v2``."""

from ..architectures.inception_resnet import InceptionResNetV2
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("InceptionResNetV2", __name__)

__all__ = ["InceptionResNetV2", "decode_predictions", "preprocess_input"]
