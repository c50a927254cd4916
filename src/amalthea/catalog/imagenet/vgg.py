"""VGG's weights. Other values published for them: VGG16 0.715/0.901, VGG19 0.727/0.910 (editions of 2018)."""

from functools import partial

from ..scaling import Scaling
from ..variant import Variant
from .files import with_and_without_top

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

ROWS = (
    _vgg(
        name="VGG16",
        keras_name="vgg16",
        parameters=138_357_544,
        depth=23,
        top1=0.713,
        top5=0.901,
        megabytes=528,
        files=with_and_without_top(
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
        files=with_and_without_top(
            "vgg19", "vgg19", 224, ("cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6")
        ),
    ),
)
