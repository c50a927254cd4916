"""Every network of the collection once: what all tests of networks run over. A new variant is a new row."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Descriptor:
    """One network under test.

    Attributes:
        name: of the variant.
        module: where ``keras.applications`` and ours hold it.
        other_size: a second side in pixels for networks without top; odd, and small enough to be quick.
        settings: arguments of its own.
        small: the smallest of its family, which alone runs where time is short (torch, JAX, graph conversion).
        giant: so slow to build that a single comparison must do.
        in_keras: whether ``keras.applications`` has it.
        refused: data formats and backends for which Keras does not build it, though we do.
    """

    name: str
    module: str
    other_size: int = 75
    settings: dict[str, Any] = field(default_factory=dict)
    small: bool = False
    giant: bool = False
    in_keras: bool = True
    refused: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "-".join([self.name, *map(str, self.settings.values())])


DESCRIPTORS = (
    Descriptor("Xception", "xception", small=True),
    Descriptor("VGG16", "vgg16", small=True),
    Descriptor("VGG19", "vgg19"),
    Descriptor("ResNet50", "resnet50", small=True),
    Descriptor("ResNet101", "resnet"),
    Descriptor("ResNet152", "resnet"),
    Descriptor("ResNet50V2", "resnet_v2", small=True),
    Descriptor("ResNet101V2", "resnet_v2"),
    Descriptor("ResNet152V2", "resnet_v2"),
    Descriptor("ResNeXt50", "resnext", in_keras=False, small=True),
    Descriptor("ResNeXt101", "resnext", in_keras=False, giant=True),
    Descriptor("InceptionV3", "inception_v3", other_size=101, small=True),
    Descriptor("InceptionResNetV2", "inception_resnet_v2", giant=True),  # alone in its family: test_inception_resnet.py
    Descriptor("MobileNet", "mobilenet"),
    Descriptor("MobileNet", "mobilenet", settings={"alpha": 0.25}, small=True),
    Descriptor("MobileNet", "mobilenet", settings={"alpha": 0.75, "depth_multiplier": 2}),
    Descriptor("MobileNetV2", "mobilenet_v2"),
    Descriptor("MobileNetV2", "mobilenet_v2", settings={"alpha": 0.35}, small=True),
    Descriptor("MobileNetV2", "mobilenet_v2", settings={"alpha": 1.4}),
    Descriptor("DenseNet121", "densenet", small=True, refused=("channels_first",)),
    Descriptor("DenseNet169", "densenet", giant=True, refused=("channels_first",)),
    Descriptor("DenseNet201", "densenet", giant=True, refused=("channels_first",)),
    Descriptor("NASNetMobile", "nasnet", small=True, refused=("channels_first", "torch")),
    Descriptor("NASNetLarge", "nasnet", giant=True, refused=("channels_first",)),
    Descriptor("EfficientNetLite0", "efficientnet_lite", in_keras=False, small=True),
    Descriptor("EfficientNetLite1", "efficientnet_lite", in_keras=False),
    Descriptor("EfficientNetLite2", "efficientnet_lite", in_keras=False),
)
