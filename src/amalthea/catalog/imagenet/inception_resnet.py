"""InceptionResNetV2's weights. Other values published for them: 0.804/0.953 (editions of 2018)."""

from ..scaling import Scaling
from ..variant import Variant
from .files import APACHE, with_and_without_top

ROWS = (
    Variant(
        name="InceptionResNetV2",
        family="inception_resnet",
        keras_name="inception_resnet_v2",
        parameters=55_873_736,
        depth=572,
        features=1536,
        size=299,
        min_size=75,
        top1=0.803,
        top5=0.953,
        megabytes=215,
        scaling=Scaling.TF,
        licence=APACHE,
        attribution="Google",
        paper=(
            "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning",
            "https://arxiv.org/abs/1602.07261",
        ),
        files=with_and_without_top(
            "inception_resnet_v2",
            "inception_resnet_v2",
            299,
            ("e693bd0210a403b3192acc6073ad2e96", "d19885ff4a710c122648d3b5c3b684e4"),
        ),
    ),
)
