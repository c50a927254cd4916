"""DenseNet's weights.

Other values published for them: DenseNet121 0.745/0.918, DenseNet169 0.759/0.928, DenseNet201 0.770/0.933 (edition of
2018).
"""

from functools import partial

from ..scaling import Scaling
from ..variant import Variant
from .files import with_and_without_top

_densenet = partial(
    Variant,
    family="densenet",
    size=224,
    min_size=32,
    scaling=Scaling.TORCH,
    licence="BSD-3-Clause",
    attribution="Zhuang Liu",
    paper=("Densely Connected Convolutional Networks", "https://arxiv.org/abs/1608.06993"),
)

ROWS = (
    _densenet(
        name="DenseNet121",
        keras_name="densenet121",
        parameters=8_062_504,
        depth=121,
        features=1024,
        top1=0.750,
        top5=0.923,
        megabytes=33,
        files=with_and_without_top(
            "densenet", "densenet121", 224, ("9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738")
        ),
    ),
    _densenet(
        name="DenseNet169",
        keras_name="densenet169",
        parameters=14_307_880,
        depth=169,
        features=1664,
        top1=0.762,
        top5=0.932,
        megabytes=57,
        files=with_and_without_top(
            "densenet", "densenet169", 224, ("d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b")
        ),
    ),
    _densenet(
        name="DenseNet201",
        keras_name="densenet201",
        parameters=20_242_984,
        depth=201,
        features=1920,
        top1=0.773,
        top5=0.936,
        megabytes=80,
        files=with_and_without_top(
            "densenet", "densenet201", 224, ("1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1")
        ),
    ),
)
