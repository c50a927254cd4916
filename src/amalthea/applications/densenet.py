"""The names of ``keras.applications.densenet``, and ``DenseNet``, which was there in Keras 2."""

from ..architectures.densenet import DenseNet, DenseNet121, DenseNet169, DenseNet201
from .imagenet_utils import decode_predictions, preprocessing_of

preprocess_input = preprocessing_of("DenseNet121", __name__)

__all__ = ["DenseNet", "DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]
