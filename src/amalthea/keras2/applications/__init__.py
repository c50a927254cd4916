"""The names of ``keras.applications`` in Keras 1.2 to 2.3, and of keras-applications; loaded when they are first used.

Every constructor is that of ``amalthea.applications``; the models that it builds answer to the old names as well.
"""

from importlib import import_module
from typing import Any

_MODULES = (
    *("densenet", "imagenet_utils", "inception_resnet_v2", "inception_v3", "mobilenet", "mobilenet_v2", "mobilenetv2"),
    *("music_tagger_crnn", "nasnet", "resnet", "resnet50", "resnet_common", "resnet_v2", "resnext", "vgg16", "vgg19"),
    "xception",
)

_CONSTRUCTORS = {
    "DenseNet": "densenet",
    "DenseNet121": "densenet",
    "DenseNet169": "densenet",
    "DenseNet201": "densenet",
    "InceptionResNetV2": "inception_resnet_v2",
    "InceptionV3": "inception_v3",
    "MobileNet": "mobilenet",
    "MobileNetV2": "mobilenet_v2",
    "MusicTaggerCRNN": "music_tagger_crnn",
    "NASNetLarge": "nasnet",
    "NASNetMobile": "nasnet",
    "ResNeXt50": "resnext",
    "ResNeXt101": "resnext",
    "ResNet50": "resnet",
    "ResNet50V2": "resnet_v2",
    "ResNet101": "resnet",
    "ResNet101V2": "resnet_v2",
    "ResNet152": "resnet",
    "ResNet152V2": "resnet_v2",
    "VGG16": "vgg16",
    "VGG19": "vgg19",
    "Xception": "xception",
}

__all__ = [*_CONSTRUCTORS, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name in _CONSTRUCTORS:
        return getattr(import_module(f".{_CONSTRUCTORS[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
