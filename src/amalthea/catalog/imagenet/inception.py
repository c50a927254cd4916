"""InceptionV3's weights. Other values published for them: 0.788/0.944 (edition of 2018)."""

from ..scaling import Scaling
from ..variant import Variant
from .files import APACHE, with_and_without_top

ROWS = (
    Variant(
        name="InceptionV3",
        family="inception",
        keras_name="inception_v3",
        parameters=23_851_784,
        depth=159,
        features=2048,
        size=299,
        min_size=75,
        top1=0.779,
        top5=0.937,
        megabytes=92,
        scaling=Scaling.TF,
        licence=APACHE,
        attribution="Google",
        paper=("Rethinking the Inception Architecture for Computer Vision", "https://arxiv.org/abs/1512.00567"),
        files=with_and_without_top(
            "inception_v3",
            "inception_v3",
            299,
            ("9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63"),
        ),
    ),
)
