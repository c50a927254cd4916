"""The names of ``keras.applications``: a module for each kind of network, and every constructor.

They are loaded when they are first used; Keras is imported with the first constructor.
"""

from importlib import import_module
from typing import Any

from ..catalog import list_models, variant

_MODULES = (
    "densenet",
    "efficientnet_lite",
    "imagenet_utils",
    "inception_resnet_v2",
    "inception_v3",
    "mobilenet",
    "mobilenet_v2",
    "mobilenetv2",
    "nasnet",
    "resnet",
    "resnet50",
    "resnet_v2",
    "resnext",
    "vgg16",
    "vgg19",
    "xception",
)

_UNLISTED = {"DenseNet": "densenet"}  # constructors that are no single network of the catalogue, and their modules

__all__ = [*list_models(), *_UNLISTED, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name in _UNLISTED:
        return getattr(import_module(f".{_UNLISTED[name]}", __name__), name)
    if name in list_models():
        return getattr(import_module(f"..architectures.{variant(name).family}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
