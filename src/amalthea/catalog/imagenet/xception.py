"""Xception's weights."""

from ..scaling import Scaling
from ..variant import Variant
from .files import with_and_without_top

ROWS = (
    Variant(
        name="Xception",
        family="xception",
        keras_name="xception",
        parameters=22_910_480,
        depth=126,
        features=2048,
        size=299,
        min_size=71,
        top1=0.790,
        top5=0.945,
        megabytes=88,
        scaling=Scaling.TF,
        licence="MIT",
        attribution="François Chollet",
        paper=("Xception: Deep Learning with Depthwise Separable Convolutions", "https://arxiv.org/abs/1610.02357"),
        files=with_and_without_top(
            "xception", "xception", 299, ("0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97")
        ),
    ),
)
