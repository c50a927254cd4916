"""The names of ``keras_applications.resnet_common``, where many scripts took ResNets and ResNeXts from."""

from .resnet import ResNet50, ResNet101, ResNet152
from .resnet_v2 import ResNet50V2, ResNet101V2, ResNet152V2
from .resnext import ResNeXt50, ResNeXt101

__all__ = [
    "ResNeXt50",
    "ResNeXt101",
    "ResNet50",
    "ResNet50V2",
    "ResNet101",
    "ResNet101V2",
    "ResNet152",
    "ResNet152V2",
]
