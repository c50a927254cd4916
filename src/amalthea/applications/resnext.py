"""The names of ``keras_applications.resnext``, which Keras itself left out."""

from ..architectures.resnext import ResNeXt50, ResNeXt101
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("ResNeXt50", __name__)

__all__ = ["ResNeXt50", "ResNeXt101", "decode_predictions", "preprocess_input"]
