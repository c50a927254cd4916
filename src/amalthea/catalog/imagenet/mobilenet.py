"""MobileNet's weights, for each width and size; nobody published hashes of these files.

Other values published for width 1: 0.665/0.871 at 17 MB (edition of 2018).
"""

from ..scaling import Scaling
from ..variant import Variant, WeightFile
from .files import APACHE, PUBLISHED


def _file(alpha: float, size: int, top: bool) -> WeightFile:
    """One file; its name writes alpha 0.25 as ``2_5`` and 1.0 as ``1_0``."""
    width = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"}[alpha]
    name = f"mobilenet_{width}_{size}_tf{'' if top else '_no_top'}.h5"
    return WeightFile(name=name, top=top, size=size, alpha=alpha, url=f"{PUBLISHED}/mobilenet/{name}")


ROWS = (
    Variant(
        name="MobileNet",
        family="mobilenet",
        keras_name="mobilenet_{alpha:.2f}_{size}",
        parameters=4_253_864,
        depth=88,
        features=1024,
        size=224,
        min_size=32,
        top1=0.704,
        top5=0.895,
        megabytes=16,
        scaling=Scaling.TF,
        licence=APACHE,
        attribution="Google",
        paper=(
            "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
            "https://arxiv.org/abs/1704.04861",
        ),
        files=tuple(
            _file(alpha, size, top)
            for alpha in (0.25, 0.5, 0.75, 1.0)
            for size in (128, 160, 192, 224)
            for top in (True, False)
        ),
    ),
)
