"""The names of ``keras.applications.inception_v3``."""

from ..architectures.inception import InceptionV3
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("InceptionV3", __name__)

__all__ = ["InceptionV3", "decode_predictions", "preprocess_input"]
