"""ResNet's weights, versions 1 and 2. Other values published for ResNet50: 0.759/0.929 at 99 MB (edition of 2018)."""

from functools import partial

from ..scaling import Scaling
from ..variant import Variant
from .files import with_and_without_top

_resnet = partial(
    Variant,
    family="resnet",
    features=2048,
    size=224,
    min_size=32,
    scaling=Scaling.CAFFE,
    licence="MIT",
    attribution="Kaiming He",
    paper=("Deep Residual Learning for Image Recognition", "https://arxiv.org/abs/1512.03385"),
)
_resnet_v2 = partial(
    Variant,
    family="resnet",
    features=2048,
    size=224,
    min_size=32,
    scaling=Scaling.TF,
    licence="BSD-3-Clause",
    attribution="Facebook",
    paper=("Identity Mappings in Deep Residual Networks", "https://arxiv.org/abs/1603.05027"),
)

ROWS = (
    _resnet(
        name="ResNet50",
        keras_name="resnet50",
        parameters=25_636_712,
        depth=168,
        top1=0.749,
        top5=0.921,
        megabytes=98,
        files=with_and_without_top(
            "resnet", "resnet50", 224, ("2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626")
        ),
    ),
    _resnet(
        name="ResNet101",
        keras_name="resnet101",
        parameters=44_707_176,
        depth=None,
        top1=0.764,
        top5=0.928,
        megabytes=171,
        files=with_and_without_top(
            "resnet", "resnet101", 224, ("f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21")
        ),
    ),
    _resnet(
        name="ResNet152",
        keras_name="resnet152",
        parameters=60_419_944,
        depth=None,
        top1=0.766,
        top5=0.931,
        megabytes=232,
        files=with_and_without_top(
            "resnet", "resnet152", 224, ("100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c")
        ),
    ),
    _resnet_v2(
        name="ResNet50V2",
        keras_name="resnet50v2",
        parameters=25_613_800,
        depth=None,
        top1=0.760,
        top5=0.930,
        megabytes=98,
        files=with_and_without_top(
            "resnet", "resnet50v2", 224, ("3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917")
        ),
    ),
    _resnet_v2(
        name="ResNet101V2",
        keras_name="resnet101v2",
        parameters=44_675_560,
        depth=None,
        top1=0.772,
        top5=0.938,
        megabytes=171,
        files=with_and_without_top(
            "resnet", "resnet101v2", 224, ("6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5")
        ),
    ),
    _resnet_v2(
        name="ResNet152V2",
        keras_name="resnet152v2",
        parameters=60_380_648,
        depth=None,
        top1=0.780,
        top5=0.942,
        megabytes=232,
        files=with_and_without_top(
            "resnet", "resnet152v2", 224, ("a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33")
        ),
    ),
)
