"""MobileNetV2's weights, for each width and size; nobody published hashes of these files."""

from ..scaling import Scaling
from ..variant import Variant, WeightFile
from .files import APACHE, PUBLISHED

# (alpha, size). Of the widest networks nobody published the other sizes, although Keras 3.15 would ask for them.
TRAINED = (
    *((alpha, size) for alpha in (0.35, 0.5, 0.75, 1.0) for size in (96, 128, 160, 192, 224)),
    (1.3, 224),
    (1.4, 224),
)


def _file(alpha: float, size: int, top: bool) -> WeightFile:
    """One file."""
    name = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{alpha}_{size}{'' if top else '_no_top'}.h5"
    return WeightFile(name=name, top=top, size=size, alpha=alpha, url=f"{PUBLISHED}/mobilenet_v2/{name}")


ROWS = (
    Variant(
        name="MobileNetV2",
        family="mobilenet_v2",
        keras_name="mobilenetv2_{alpha:.2f}_{size}",
        parameters=3_538_984,
        depth=88,
        features=1280,
        size=224,
        min_size=32,
        top1=0.713,
        top5=0.901,
        megabytes=14,
        scaling=Scaling.TF,
        licence=APACHE,
        attribution="Google",
        paper=("MobileNetV2: Inverted Residuals and Linear Bottlenecks", "https://arxiv.org/abs/1801.04381"),
        files=tuple(_file(alpha, size, top) for alpha, size in TRAINED for top in (True, False)),
    ),
)
