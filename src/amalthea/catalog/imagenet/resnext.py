"""ResNeXt's weights, in template 32x4d.

Its files hold a depthwise kernel for each grouped convolution. That has as many numbers, so that the parameters
published for the one are those of the other.
"""

from functools import partial

from ..scaling import Scaling
from ..variant import Variant
from .files import with_and_without_top

_resnext = partial(
    Variant,
    family="resnext",
    depth=None,
    features=2048,
    size=224,
    min_size=32,
    scaling=Scaling.TORCH,
    licence="BSD-3-Clause",
    attribution="Facebook AI Research",
    paper=("Aggregated Residual Transformations for Deep Neural Networks", "https://arxiv.org/abs/1611.05431"),
)
# Keras 3 has no ResNeXt: the files are where keras-applications published them.
_files = partial(
    with_and_without_top,
    "resnet",
    size=224,
    published="https://github.com/keras-team/keras-applications/releases/download",
)

ROWS = (
    _resnext(
        name="ResNeXt50",
        keras_name="resnext50",
        parameters=25_097_128,
        top1=0.777,
        top5=0.938,
        megabytes=96,
        files=_files("resnext50", md5=("67a5b30d522ed92f75a1f16eef299d1a", "62527c363bdd9ec598bed41947b379fc")),
    ),
    _resnext(
        name="ResNeXt101",
        keras_name="resnext101",
        parameters=44_315_560,
        top1=0.787,
        top5=0.943,
        megabytes=170,
        files=_files("resnext101", md5=("34fb605428fcc7aa4d62f44404c11509", "0f678c91647380debd923963594981b3")),
    ),
)
